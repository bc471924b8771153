# Holds Grafana's place where its image cannot be pulled: it answers the health check and nothing
# else, so that `docker compose up --wait` can be run as it stands. What Grafana would show is
# checked by its files alone (tests/monitoring).
FROM prom/prometheus:v2.53.5
COPY grafana.py /grafana.py
USER 472
ENTRYPOINT ["python3", "/grafana.py"]
