"""What only Airflow needs: the work of tasks, alerts, pages in Airflow's menu, and the environment of its
processes.
"""
