# The containers of docker-compose.yml, less monitoring, for hosts that are set up by
# OpenTofu. After an image is built anew, a plain `tofu apply` replaces its container alone:
# IMAGE_ID changes with the image.

locals {
  clients = merge({
    KAFKA_BROKERS       = "kafka:19092"
    MLFLOW_TRACKING_URI = "http://mlflow:5000"
    BADBUZZ_PARTITIONS  = var.partitions
  }, var.settings)

  # Inside the containers that look for brands or list them.
  brands = var.brands_file == "" ? [] : ["/etc/badbuzz/brands.json"]

  # What each container is denied, and how much of its output is kept: as in docker-compose.yml.
  log_driver    = "json-file"
  log_opts      = { "max-size" = "10m", "max-file" = "3" }
  security_opts = ["no-new-privileges:true"]
  dropped       = ["ALL"]

  kafka = {
    KAFKA_NODE_ID                                          = 1
    KAFKA_PROCESS_ROLES                                    = "broker,controller"
    KAFKA_LISTENERS                                        = "INSIDE://:19092,HOST://:9092,CONTROLLER://:9093"
    KAFKA_ADVERTISED_LISTENERS                             = "INSIDE://kafka:19092,HOST://${var.publish_address}:${var.kafka_port}"
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP                   = "INSIDE:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT"
    KAFKA_INTER_BROKER_LISTENER_NAME                       = "INSIDE"
    KAFKA_CONTROLLER_LISTENER_NAMES                        = "CONTROLLER"
    KAFKA_CONTROLLER_QUORUM_VOTERS                         = "1@kafka:9093"
    KAFKA_LOG_DIRS                                         = "/var/lib/kafka/data"
    KAFKA_AUTO_CREATE_TOPICS_ENABLE                        = "false"
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS                 = 0
    KAFKA_BROKER_SESSION_TIMEOUT_MS                        = 6000
    KAFKA_BROKER_HEARTBEAT_INTERVAL_MS                     = 1000
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR                 = 1
    KAFKA_OFFSETS_RETENTION_MINUTES                        = 525600
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR         = 1
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR                    = 1
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR = 1
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR            = 1
    KAFKA_LOG_CLEANER_DEDUPE_BUFFER_SIZE                   = 16777216
    KAFKA_HEAP_OPTS                                        = "-Xms256m -Xmx512m"
  }
}

# --- what the containers stand on ---

resource "docker_network" "badbuzz" {
  name = var.name
}

# Artefacts go through the MLflow server, so its clients see what it sees without mounting this.
resource "docker_volume" "data" {
  for_each = toset(["kafka", "mlflow", "models", "trainer", "lab"])
  name     = "${var.name}-${each.key}"
}

data "docker_image" "badbuzz" {
  for_each = toset(["mlflow", "trainer", "stream", "api"])
  name     = "badbuzz/${each.key}:${var.release}"
}

data "docker_image" "lab" {
  count = var.lab ? 1 : 0
  name  = "mycustom/ml-image:latest"
}

resource "docker_image" "kafka" {
  name         = var.kafka_image
  keep_locally = true
}

# --- services ---

resource "docker_container" "kafka" {
  name          = "${var.name}-kafka"
  image         = docker_image.kafka.image_id
  env           = [for key, value in local.kafka : "${key}=${value}"]
  restart       = "unless-stopped"
  memory        = 1024
  memory_swap   = 2048
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  stop_timeout  = 30
  wait          = true
  wait_timeout  = 120

  healthcheck {
    test         = ["CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9092"]
    interval     = "2s"
    timeout      = "5s"
    start_period = "1m0s"
    retries      = 10
  }

  ports {
    internal = 9092
    external = var.kafka_port
    ip       = var.publish_address
  }

  volumes {
    volume_name    = docker_volume.data["kafka"].name
    container_path = "/var/lib/kafka/data"
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name    = docker_network.badbuzz.name
    aliases = ["kafka"]
  }
}

resource "docker_container" "mlflow" {
  name  = "${var.name}-mlflow"
  image = data.docker_image.badbuzz["mlflow"].id
  env = [
    "IMAGE_ID=${data.docker_image.badbuzz["mlflow"].id}",
    "MLFLOW_SERVER_ALLOWED_HOSTS=mlflow:*,localhost:*,127.0.0.1:*",
  ]
  restart       = "unless-stopped"
  read_only     = true
  tmpfs         = { "/tmp" = "" }
  memory        = 1024
  memory_swap   = 2048
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  wait          = true
  wait_timeout  = 120

  ports {
    internal = 5000
    external = var.mlflow_port
    ip       = var.publish_address
  }

  volumes {
    volume_name    = docker_volume.data["mlflow"].name
    container_path = "/var/lib/mlflow"
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name    = docker_network.badbuzz.name
    aliases = ["mlflow"]
  }
}

resource "docker_container" "stream" {
  count = var.workers
  name  = "${var.name}-stream-${count.index + 1}"
  image = data.docker_image.badbuzz["stream"].id
  env = concat(
    ["IMAGE_ID=${data.docker_image.badbuzz["stream"].id}"],
    [for path in local.brands : "BADBUZZ_BRANDS_FILE=${path}"],
    [for key, value in local.clients : "${key}=${value}"],
  )
  restart               = "unless-stopped"
  read_only             = true
  tmpfs                 = { "/tmp" = "", "/var/lib/badbuzz/state" = "uid=10001,gid=10001" }
  memory                = 1024
  memory_swap           = 2048
  log_driver            = local.log_driver
  log_opts              = local.log_opts
  security_opts         = local.security_opts
  destroy_grace_seconds = 30
  wait                  = true
  wait_timeout          = 120
  depends_on            = [docker_container.topics, docker_container.trainer]

  volumes {
    volume_name    = docker_volume.data["models"].name
    container_path = "/var/lib/badbuzz/models"
  }

  dynamic "volumes" {
    for_each = local.brands
    content {
      host_path      = var.brands_file
      container_path = volumes.value
      read_only      = true
    }
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name    = docker_network.badbuzz.name
    aliases = ["stream"]
  }
}

resource "docker_container" "api" {
  name  = "${var.name}-api"
  image = data.docker_image.badbuzz["api"].id
  env = concat(
    [
      "IMAGE_ID=${data.docker_image.badbuzz["api"].id}",
      "BADBUZZ_API_KEYS=${var.api_keys}",
    ],
    [for path in local.brands : "BADBUZZ_BRANDS_FILE=${path}"],
    [for key, value in local.clients : "${key}=${value}"],
  )
  restart               = "unless-stopped"
  read_only             = true
  tmpfs                 = { "/tmp" = "", "/var/lib/badbuzz/state" = "uid=10001,gid=10001" }
  memory                = 1024
  memory_swap           = 2048
  log_driver            = local.log_driver
  log_opts              = local.log_opts
  security_opts         = local.security_opts
  destroy_grace_seconds = 30
  wait                  = true
  wait_timeout          = 120
  depends_on            = [docker_container.topics, docker_container.trainer]

  ports {
    internal = 8000
    external = var.api_port
    ip       = var.publish_address
  }

  volumes {
    volume_name    = docker_volume.data["models"].name
    container_path = "/var/lib/badbuzz/models"
  }

  dynamic "volumes" {
    for_each = local.brands
    content {
      host_path      = var.brands_file
      container_path = volumes.value
      read_only      = true
    }
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name    = docker_network.badbuzz.name
    aliases = ["api"]
  }
}

# Alerts to people, once var.notify says where they go.
resource "docker_container" "notify" {
  count   = length(nonsensitive(keys(var.notify))) > 0 ? 1 : 0
  name    = "${var.name}-notify"
  image   = data.docker_image.badbuzz["stream"].id
  command = ["notify"]
  env = concat(
    ["IMAGE_ID=${data.docker_image.badbuzz["stream"].id}", "BADBUZZ_NOTIFY_HOST=0.0.0.0"],
    [for key, value in var.notify : "${key}=${value}"],
    [for key, value in local.clients : "${key}=${value}"],
  )
  restart       = "unless-stopped"
  read_only     = true
  tmpfs         = { "/tmp" = "" }
  memory        = 256
  memory_swap   = 512
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  wait          = true
  wait_timeout  = 120
  depends_on    = [docker_container.topics]

  healthcheck {
    test         = ["CMD", "python3", "-Ic", "from urllib.request import urlopen; urlopen('http://127.0.0.1:6067/metrics', timeout=4)"]
    interval     = "3s"
    timeout      = "5s"
    start_period = "1m0s"
    retries      = 20
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name    = docker_network.badbuzz.name
    aliases = ["notify"]
  }
}

# docker exec -it ml_training bash
resource "docker_container" "ml_training" {
  count = var.lab ? 1 : 0
  name  = "ml_training"
  image = data.docker_image.lab[0].id
  env = concat(
    [
      "IMAGE_ID=${data.docker_image.lab[0].id}",
      "JUPYTER_TOKEN=${var.jupyter_token}",
    ],
    [for key, value in local.clients : "${key}=${value}"],
  )
  restart       = "unless-stopped"
  read_only     = true
  tmpfs         = { "/tmp" = "" }
  memory        = 8192
  memory_swap   = 16384
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  wait          = true
  wait_timeout  = 120
  depends_on    = [docker_container.mlflow]

  ports {
    internal = 8888
    external = var.jupyter_port
    ip       = var.publish_address
  }

  volumes {
    volume_name    = docker_volume.data["lab"].name
    container_path = "/lab"
  }

  dynamic "volumes" {
    for_each = var.data_dir == "" ? [] : [var.data_dir]
    content {
      host_path      = volumes.value
      container_path = "/lab/data"
      read_only      = true
    }
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name = docker_network.badbuzz.name
  }
}

# --- tasks: they run once, to their end ---

# After an update that brings new topics: tofu apply -replace=docker_container.topics
resource "docker_container" "topics" {
  name          = "${var.name}-topics"
  image         = data.docker_image.badbuzz["stream"].id
  command       = ["topics", "create"]
  env           = [for key, value in local.clients : "${key}=${value}"]
  must_run      = false
  attach        = true
  read_only     = true
  tmpfs         = { "/tmp" = "" }
  memory        = 512
  memory_swap   = 1024
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  depends_on    = [docker_container.kafka]

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name = docker_network.badbuzz.name
  }

  lifecycle {
    ignore_changes = [image]
  }
}

# Sees to it that there is a champion; later versions come from ml_training or another trainer.
resource "docker_container" "trainer" {
  name          = "${var.name}-trainer"
  image         = data.docker_image.badbuzz["trainer"].id
  env           = [for key, value in local.clients : "${key}=${value}"]
  must_run      = false
  attach        = true
  read_only     = true
  tmpfs         = { "/tmp" = "" }
  memory        = 4096
  memory_swap   = 8192
  log_driver    = local.log_driver
  log_opts      = local.log_opts
  security_opts = local.security_opts
  depends_on    = [docker_container.mlflow]

  volumes {
    volume_name    = docker_volume.data["trainer"].name
    container_path = "/var/lib/badbuzz/state"
  }

  volumes {
    volume_name    = docker_volume.data["models"].name
    container_path = "/var/lib/badbuzz/models"
  }

  dynamic "volumes" {
    for_each = var.data_dir == "" ? [] : [var.data_dir]
    content {
      host_path      = volumes.value
      container_path = "/var/lib/badbuzz/data"
      read_only      = true
    }
  }

  capabilities {
    drop = local.dropped
  }

  networks_advanced {
    name = docker_network.badbuzz.name
  }
}
