package main

import (
	"fmt"
	"os"
	"runtime"

	"hermod/internal/config"
)

type configCmd struct{}

// Run implements the command.
func (configCmd) Run() error {
	text, err := config.Commented(config.Default())
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

type versionCmd struct{}

// Run implements the command.
func (versionCmd) Run() error {
	_, err := fmt.Printf("hermod %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
