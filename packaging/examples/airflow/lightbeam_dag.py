"""Loads a folder of JSONL files into an Ed-Fi API every night.

To change: PROJECT, the schedule, and the id of the connection. The workers need:

- the launcher, `lightbeam`, on PATH
- a connection `edfi` with the key as login and the secret as password; the API's address stands in lightbeam.yaml
- PROJECT, a folder that all workers share and that is kept: lightbeam.yaml, the data, and the state, by which nothing is
  sent twice. lightbeam.yaml refers to ${EDFI_CLIENT_ID} and ${EDFI_CLIENT_SECRET}.

Compiled, but not run in Airflow, where the project is developed.
"""

from datetime import datetime, timedelta

from airflow import DAG

# Airflow 2 without the package apache-airflow-providers-standard: from airflow.operators.bash import BashOperator
from airflow.providers.standard.operators.bash import BashOperator

PROJECT = "/srv/lightbeam/district"

with DAG(
    dag_id="lightbeam",
    start_date=datetime(2026, 1, 1),
    schedule="0 3 * * *",
    catchup=False,
    # Of two runs that share a state, the second is refused.
    max_active_runs=1,
) as dag:
    # How the exit codes of lightbeam become states of the task:
    #   0            success; some records may have failed, unless `--fail-on any` is added: then 3
    #   99           skipped: there was nothing to send
    #   1, 2, 3, 4   failed, and tried again. That is safe: what the API has accepted is remembered, and a retry sends the
    #                rest. After 2, a wrong configuration, it fails as before, and sends nothing.
    BashOperator(
        task_id="send",
        cwd=PROJECT,
        # A file for each try, so that the results of all are kept.
        bash_command='lightbeam send --results-file "results/$RUN.$TRY.json"',
        env={
            # By the environment, never on the command line. Airflow masks the password in its logs and on its pages.
            "EDFI_CLIENT_ID": "{{ conn.edfi.login }}",
            "EDFI_CLIENT_SECRET": "{{ conn.edfi.password }}",
            # By the environment, too, so that nothing in it is read as a command.
            "RUN": "{{ run_id }}",
            "TRY": "{{ ti.try_number }}",
        },
        # PATH and proxies of the worker. The sandbox sees only the variables that lightbeam.yaml refers to.
        append_env=True,
        skip_on_exit_code=99,
        retries=3,
        retry_delay=timedelta(minutes=10),
    )
