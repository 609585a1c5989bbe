"""What Airflow needs of this package: tasks, alerts, pages in its menu, and Airflow's own environment."""
