module tools

go 1.25.0

require github.com/terraform-providers/terraform-provider-docker v0.0.0-00010101000000-000000000000

replace github.com/terraform-providers/terraform-provider-docker => github.com/kreuzwerker/terraform-provider-docker v0.0.0-20260916201441-96d331c98ff4
