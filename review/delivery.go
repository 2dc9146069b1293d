package review

import "slices"

// beginDelivery decides that bytes may leave from now on: the hold is over and
// nobody stopped it. It is recorded before the first byte.
func beginDelivery(in In) (Decision, error) {
	r := in.Request
	switch {
	case r == nil:
		return Decision{}, ErrNotFound
	case in.Actor.Kind != IsSystem:
		return Decision{}, ErrRole
	case r.Status != Approved:
		return Decision{}, ErrStatus
	case !r.Held():
		return Decision{}, nil
	case in.Now.Before(r.Approval.HeldUntil):
		return Decision{}, ErrHeld
	}
	return Decision{Events: []Event{&DeliveryBegun{Turn: r.Turn}}}, nil
}

// Delivered is the receipt of one file at one destination. SHA256 is that of
// the bytes read back there.
type Delivered struct {
	File        FileID
	SHA256      string
	Destination string
	Location    string
}

// recordDeliveries decides that files have arrived. The last one releases the
// request. The same receipt twice is one.
func recordDeliveries(in In, arrived []Delivered) (Decision, error) {
	r := in.Request
	switch {
	case r == nil:
		return Decision{}, ErrNotFound
	case in.Actor.Kind != IsSystem:
		return Decision{}, ErrRole
	case r.Approval == nil || r.Approval.Begun.IsZero():
		return Decision{}, ErrStatus
	}
	type receipt struct {
		file        FileID
		destination string
	}
	have := map[receipt]bool{}
	for _, d := range r.Receipts {
		have[receipt{d.File, d.Destination}] = true
	}
	var out Decision
	for _, d := range arrived {
		if have[receipt{d.File, d.Destination}] {
			continue
		}
		have[receipt{d.File, d.Destination}] = true
		e, err := r.receipt(d)
		if err != nil {
			return Decision{}, err
		}
		out.Events = append(out.Events, e)
	}
	if n := len(out.Events); n > 0 && len(have) == len(r.Approval.Files)*len(r.Approval.Destinations) {
		out.Events = append(out.Events, &RequestReleased{Files: len(r.Approval.Files)})
	}
	return out, nil
}

// receipt refuses what was not approved to go there.
func (r *Request) receipt(d Delivered) (*FileDelivered, error) {
	f := r.file(d.File)
	switch {
	case r.Status != Approved:
		return nil, ErrStatus
	case f == nil || !slices.Contains(r.Approval.Files, d.File) || !slices.Contains(r.Approval.Destinations, d.Destination):
		return nil, ErrUnknownFile
	case d.SHA256 != f.SHA256:
		return nil, ErrChanged.with("What was read back at %s is not what was approved.", d.Destination)
	}
	return &FileDelivered{
		File: f.ID, Path: f.Path, SHA256: f.SHA256, Size: f.Size,
		Destination: d.Destination, Location: d.Location,
	}, nil
}

// Consignment is what a worker has to carry for one request: approved bytes,
// and where they have not arrived yet.
type Consignment struct {
	Request      RequestID
	Workspace    string
	Begun        bool
	Files        []Source
	IDs          []FileID // of Files, in their order
	Destinations []string
	Arrived      []Delivered
}

// consignment says what is to be carried; ErrStatus if nothing is.
func (r *Request) consignment() (Consignment, error) {
	if r.Status != Approved {
		return Consignment{}, ErrStatus
	}
	c := Consignment{
		Request: r.ID, Workspace: r.Workspace, Begun: !r.Held(), Destinations: r.Approval.Destinations,
	}
	for _, id := range r.Approval.Files {
		c.IDs = append(c.IDs, id)
		c.Files = append(c.Files, r.file(id).Source)
	}
	for _, d := range r.Receipts {
		c.Arrived = append(c.Arrived, Delivered{File: d.File, SHA256: d.SHA256, Destination: d.Destination, Location: d.Location})
	}
	return c, nil
}
