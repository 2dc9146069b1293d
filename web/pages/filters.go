package pages

import "net/url"

// Filters narrow a list. What was chosen stands in the list's address.
type Filters struct {
	Action string
	Keep   []Kept // of the address, beside the fields
	Fields []Filter
	Clear  string // the list without them; "" if nothing is narrowed
	Always bool   // it is unfolded from the beginning
	Verb   string // what its button says; "" is to filter
}

// Filter is one field by which a list is narrowed.
type Filter struct {
	Name    string
	Label   string
	Value   string
	Date    bool
	Choices []Choice // if it is chosen from a few
}

// Add adds a field, with what the address says of it.
func (f *Filters) Add(query url.Values, field Filter) {
	field.Value = query.Get(field.Name)
	for i := range field.Choices {
		field.Choices[i].Chosen = field.Choices[i].Value == field.Value
	}
	f.Fields = append(f.Fields, field)
	if field.Value != "" {
		f.Clear = f.Action
	}
}

// Text adds fields of text.
func (f *Filters) Text(query url.Values, fields ...[2]string) {
	for _, field := range fields {
		f.Add(query, Filter{Name: field[0], Label: field[1]})
	}
}

// Address is what stands in the address of the list.
func (f Filters) Address() url.Values {
	query := url.Values{}
	for _, field := range f.Fields {
		query.Set(field.Name, field.Value)
	}
	for _, k := range f.Keep {
		query.Set(k.Name, k.Value)
	}
	return query
}

// Narrowed reports whether something is chosen.
func (f Filters) Narrowed() bool { return f.Clear != "" }
