// SPDX-License-Identifier: MIT

// scmhub VERSION FILE: the quote stream of bench/wire.c through the decoder of
// github.com/scmhub/ibapi. The decoder is not exported; it is reached by its linker name, and its
// struct made by its layout. The wrapper only adds up what it is told. Prints
// quotes.VERSION.scmhub.rate and .sum.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"time"
	"unsafe"

	"github.com/scmhub/ibapi"
	"github.com/scmhub/ibapi/protobuf"
)

//go:linkname parse github.com/scmhub/ibapi.(*EDecoder).parseAndProcessMsg
func parse(d *ibapi.EDecoder, body []byte)

// layout is that of ibapi.EDecoder.
type layout struct {
	wrapper ibapi.EWrapper
	version ibapi.Version
}

type adder struct {
	ibapi.Wrapper
	sum float64
}

func (a *adder) TickPrice(id int64, kind ibapi.TickType, price float64, attrib ibapi.TickAttrib) {
	a.sum += price
}

func (a *adder) TickSize(id int64, kind ibapi.TickType, size ibapi.Decimal) { a.sum += size.Float() }

func (a *adder) TickString(id int64, kind ibapi.TickType, value string) { a.sum += float64(len(value)) }

func (a *adder) TickGeneric(id int64, kind ibapi.TickType, value float64) { a.sum += value }

func (a *adder) TickPriceProtoBuf(*protobuf.TickPrice)     {}
func (a *adder) TickSizeProtoBuf(*protobuf.TickSize)       {}
func (a *adder) TickStringProtoBuf(*protobuf.TickString)   {}
func (a *adder) TickGenericProtoBuf(*protobuf.TickGeneric) {}

func readAll(d *ibapi.EDecoder, data []byte) (count int) {
	for at := 0; at < len(data); count++ {
		end := at + 4 + int(binary.BigEndian.Uint32(data[at:]))
		parse(d, data[at+4:end])
		at = end
	}
	return count
}

func main() {
	version, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	data, err := os.ReadFile(os.Args[2])
	if err != nil {
		panic(err)
	}
	a := &adder{}
	made := layout{a, ibapi.Version(version)}
	if unsafe.Sizeof(made) != unsafe.Sizeof(ibapi.EDecoder{}) {
		panic("the decoder has another layout")
	}
	d := (*ibapi.EDecoder)(unsafe.Pointer(&made))
	readAll(d, data)
	sum := a.sum
	count, begin := 0, time.Now()
	for time.Since(begin) < 400*time.Millisecond {
		count += readAll(d, data)
	}
	fmt.Printf("quotes.%d.scmhub.rate\t%.6g\n", version, float64(count)/time.Since(begin).Seconds())
	fmt.Printf("quotes.%d.scmhub.sum\t%.9g\n", version, sum)
}
