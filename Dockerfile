# Redress and Airflow in one image, for every Airflow service of docker-compose.yml.
#   docker compose build                                      letters whose pages are pictures stay unread
#   docker compose build --build-arg WITH_TESSERACT=yes       and with tesseract they are read
# The tag names an exact version; no digest, because it can only be looked up where the registry can be reached.
FROM python:3.11.15-slim-bookworm AS environment

# Wheels alone: nothing is compiled, so nothing is needed to compile.
RUN python -m venv /opt/environment
COPY requirements-compose.lock /tmp/
RUN /opt/environment/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --no-deps --require-hashes -r /tmp/requirements-compose.lock


FROM python:3.11.15-slim-bookworm

# Pango prints the site's PDFs.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/*

ARG WITH_TESSERACT=no
RUN if [ "$WITH_TESSERACT" = yes ]; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-eng \
        && rm -rf /var/lib/apt/lists/*; \
    fi

# Mount points belong to the user in the image, and a new volume takes that over.
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin redress \
    && install --directory --owner redress --group redress \
        /var/lib/airflow /var/lib/airflow/logs /var/lib/redress

COPY --from=environment /opt/environment /opt/environment
WORKDIR /opt/redress
COPY . .

# Where things lie in the image, and no telemetry: dbt and Great Expectations have some, Airflow 3.3 has none.
ENV PATH=/opt/environment/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/redress/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/redress/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    AIRFLOW__LOGGING__BASE_LOG_FOLDER=/var/lib/airflow/logs \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    DO_NOT_TRACK=1 \
    GX_ANALYTICS_ENABLED=false \
    REDRESS_HOME=/var/lib/redress

# Editable, as `make` does it: the package finds dags and dbt_project beside itself.
RUN python -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable .

USER redress
CMD ["redress", "--help"]
