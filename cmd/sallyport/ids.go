package main

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/oklog/ulid/v2"

	"sallyport/review"
)

// now is the program's clock: UTC, to the microsecond that both databases keep.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// newID makes a ULID. Two made in one millisecond tell nothing of each other.
func newID() string {
	return ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader).String()
}

// salt makes the salt of somebody's words.
func salt() [32]byte {
	var s [32]byte
	if _, err := rand.Read(s[:]); err != nil {
		panic(fmt.Sprintf("random salt: %v", err)) // crypto/rand does not fail
	}
	return s
}

// jitter is a random number from 0 to n-1.
func jitter(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic(fmt.Sprintf("random number: %v", err)) // crypto/rand does not fail
	}
	return v.Int64()
}

// operatorActor is whoever runs a command on the server.
func operatorActor() review.Actor {
	return review.Actor{Person: review.Person{ID: "operator", Username: "operator"}, Kind: review.IsOperator}
}

// byOperator is a command of the operator, done as often as it is sent.
func byOperator() review.Command { return review.Command{Actor: operatorActor()} }
