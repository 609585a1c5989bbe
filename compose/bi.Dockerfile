# Apache Superset with the dashboard of bi/, for the profile `bi` of docker-compose.yml: docker compose --profile bi build
# An image of its own, because Superset and Airflow need different versions of SQLAlchemy.
FROM python:3.11.15-slim-bookworm AS environment

# Two packages, odfpy and WTForms-JSON, are there as source alone: plain Python, for which nothing is compiled.
RUN python -m venv /opt/environment
COPY requirements-bi.lock /tmp/
RUN /opt/environment/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --no-binary odfpy,wtforms-json --no-deps --require-hashes -r /tmp/requirements-bi.lock


FROM python:3.11.15-slim-bookworm

# The mount point belongs to the user in the image, and a new volume takes that over.
RUN useradd --uid 10002 --user-group --create-home --shell /usr/sbin/nologin superset \
    && install --directory --mode 700 --owner superset --group superset /var/lib/superset

COPY --from=environment /opt/environment /opt/environment
WORKDIR /opt/redress
COPY bi bi

ENV PATH=/opt/environment/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BI_FOLDER=/var/lib/superset \
    SUPERSET_CONFIG_PATH=/opt/redress/bi/superset_config.py \
    SUPERSET_HOME=/var/lib/superset

USER superset
CMD ["superset", "--help"]
