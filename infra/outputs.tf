output "kafka" {
  description = "Bootstrap server for programs on the host."
  value       = "${var.publish_address}:${var.kafka_port}"
}

output "mlflow" {
  description = "MLflow's page and API."
  value       = "http://${var.publish_address}:${var.mlflow_port}"
}

output "api" {
  description = "The live page and the API."
  value       = "http://${var.publish_address}:${var.api_port}"
}

output "jupyter" {
  description = "Jupyter of ml_training, where it runs."
  value       = var.lab ? "http://${var.publish_address}:${var.jupyter_port}" : null
}

output "images" {
  description = "The image that each container runs."
  value = {
    mlflow  = data.docker_image.badbuzz["mlflow"].id
    trainer = data.docker_image.badbuzz["trainer"].id
    stream  = data.docker_image.badbuzz["stream"].id
    api     = data.docker_image.badbuzz["api"].id
  }
}
