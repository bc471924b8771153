terraform {
  required_version = ">= 1.9"

  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "~> 4.6"
    }
  }

  # The state holds secrets (API keys, passwords): keep it where only the deployer reads it.
  # One file on the deployer's machine is the default; several deployers share a backend:
  # docs/deployment.md, "The state of OpenTofu".
  backend "local" {}
}

provider "docker" {
  host     = var.docker_host
  ssh_opts = var.docker_ssh_opts
}
