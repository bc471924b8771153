variable "docker_host" {
  description = "The Docker engine: unix:///var/run/docker.sock, or ssh://user@host for a remote one."
  type        = string
  default     = "unix:///var/run/docker.sock"
}

variable "docker_ssh_opts" {
  description = "Options for ssh to a remote engine, for example [\"-i\", \"~/.ssh/deploy\"]."
  type        = list(string)
  default     = []
}

variable "name" {
  description = "Put before the name of each container, network and volume."
  type        = string
  default     = "badbuzz"
}

variable "release" {
  description = "The tag of badbuzz's images."
  type        = string
  default     = "latest"
}

variable "kafka_image" {
  description = "The image of Kafka."
  type        = string
  default     = "apache/kafka:4.3.1"
}

variable "api_keys" {
  description = "Who may call the API: NAME:ROLE+ROLE:KEY, separated by spaces (TF_VAR_api_keys)."
  type        = string
  sensitive   = true

  validation {
    condition     = length(trimspace(var.api_keys)) > 0
    error_message = "Expected NAME:ROLE+ROLE:KEY, got nothing; set TF_VAR_api_keys, see .env.example."
  }
}

variable "workers" {
  description = "Stream workers; more than `partitions` stand idle."
  type        = number
  default     = 1
}

variable "partitions" {
  description = "Partitions of each topic at its creation."
  type        = number
  default     = 4
}

variable "publish_address" {
  description = "The address of the host that ports are published on. Kafka and MLflow ask for no password: leave it on loopback."
  type        = string
  default     = "127.0.0.1"
}

variable "kafka_port" {
  description = "Kafka's port on the host."
  type        = number
  default     = 9092
}

variable "mlflow_port" {
  description = "MLflow's port on the host."
  type        = number
  default     = 5000
}

variable "api_port" {
  description = "The API's port on the host."
  type        = number
  default     = 8000
}

variable "data_dir" {
  description = "A folder of the Docker host with the data of populate_data.sh; empty: a made-up sample stands in."
  type        = string
  default     = ""
}

variable "settings" {
  description = "More settings of badbuzz for all containers, by name, for example { BADBUZZ_PAGE_URL = \"https://...\" }."
  type        = map(string)
  default     = {}
}

variable "brands_file" {
  description = "A JSON file of brands on the Docker host, readable by user 10001; empty: people add brands by the API, the page or `badbuzz brands`."
  type        = string
  default     = ""
}

variable "notify" {
  description = "Settings of badbuzz notify by name: BADBUZZ_WEBHOOK_URL, BADBUZZ_SMTP_HOST, ... (TF_VAR_notify); empty: it does not run."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "lab" {
  description = "Whether ml_training runs: Jupyter, the notebook, the whole trainer."
  type        = bool
  default     = false
}

variable "jupyter_token" {
  description = "Who has it runs code in ml_training; at least 16 characters (TF_VAR_jupyter_token)."
  type        = string
  default     = ""
  sensitive   = true

  validation {
    condition     = !var.lab || length(var.jupyter_token) >= 16
    error_message = "With lab = true, expected a jupyter_token of at least 16 characters; set TF_VAR_jupyter_token."
  }
}

variable "jupyter_port" {
  description = "Jupyter's port on the host."
  type        = number
  default     = 8888
}
