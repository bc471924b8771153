module tools

go 1.24.0

require github.com/rhysd/actionlint v1.7.12
