package losskit

import (
	"math"
	"runtime"
	"strconv"
	"sync"
)

// ContextOptions says how a context works. The zero value is a pool as wide as the machine and its limits allow.
type ContextOptions struct {
	// Threads is the number of threads of the pool; 0 asks for what the machine and its limits allow.
	Threads int
}

// Context is a pool of threads that calls may share; goroutines may use it at the same time. Results do not depend on
// it: a call gives the same bits with any context and with none. Small work never leaves the calling thread.
type Context struct {
	mutex   sync.RWMutex
	handle  contextHandle
	cleanup runtime.Cleanup
}

// NewContext starts a pool.
func NewContext(options ContextOptions) (*Context, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	if options.Threads < 0 || uint64(options.Threads) > math.MaxUint32 {
		return nil, failure(ErrInvalidArgument, -1,
			"ContextOptions.Threads is "+strconv.Itoa(options.Threads)+", which is no number of threads")
	}
	handle, err := createContext(uint32(options.Threads))
	if err != nil {
		return nil, err
	}
	context := &Context{handle: handle}
	context.cleanup = runtime.AddCleanup(context, destroyContext, handle)
	return context, nil
}

// Close stops the threads, after the calls that use them have returned. Closing twice, or closing nil, does nothing. It
// always returns nil.
func (c *Context) Close() error {
	if c == nil {
		return nil
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.handle != nil {
		c.cleanup.Stop()
		destroyContext(c.handle)
		c.handle = nil
	}
	runtime.KeepAlive(c)
	return nil
}

// acquire returns the handle, nil for a nil context: the calling thread. The caller releases the context when its call
// has returned.
func (c *Context) acquire() (contextHandle, error) {
	if c == nil {
		return nil, nil
	}
	c.mutex.RLock()
	if c.handle == nil {
		c.mutex.RUnlock()
		return nil, failure(ErrInvalidArgument, -1, "the context is closed, or was not made by NewContext")
	}
	return c.handle, nil
}

func (c *Context) release() {
	if c != nil {
		c.mutex.RUnlock()
		runtime.KeepAlive(c)
	}
}
