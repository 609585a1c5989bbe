"""What only Airflow needs: the work of the dags' tasks, alerts, the pages in Airflow's menu, and the environment of
Airflow's processes.
"""
