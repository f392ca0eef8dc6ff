//go:build !linux

package lambda

// watchMemory does nothing where the system does not tell another process's
// memory in a simple way.
func (*environment) watchMemory() {}
