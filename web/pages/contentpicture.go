package pages

import (
	"image"
	_ "image/jpeg" // the pictures that are shown
	_ "image/png"
	"io"
	"strings"
)

// zoomViews are the sizes in which a picture is shown, from small to large, and
// how many pixels of the screen a side of each pixel takes; 0 for what fits.
var zoomViews = []struct {
	view, text string
	scale      int
}{{ViewFit, "Fit", 0}, {ViewFull, "100 %", 1}, {ViewTwice, "200 %", 2}, {ViewFourTimes, "400 %", 4}}

// measure says how large a picture is, by what it says of itself, and refuses
// one that is too large to be drawn.
func (c *Content) measure(f Source, l Look) error {
	is, format, err := image.DecodeConfig(io.NewSectionReader(f, 0, min(f.Size(), mostHeader)))
	if err != nil {
		c.Refuse("The file is no PNG and no JPEG, whatever its name says, or it is broken. It is not shown as a picture: look at its raw bytes.")
		return nil
	}
	c.Shown = Count(is.Width) + " × " + Count(is.Height) + " pixels"
	if is.Width > mostSide || is.Height > mostSide || is.Width*is.Height > mostPixels {
		c.Refuse("The picture says that it has " + c.Shown + ". Pictures of more than " + Count(mostPixels/1_000_000) +
			" million pixels, or of more than " + Count(mostSide) + " on a side, are not drawn.")
		return nil
	}
	if (format == "png") != (suffix(f.Path) == ".png") {
		c.Note("Its name says that it is another kind of picture: it is a " + strings.ToUpper(format) + ".")
	}
	c.zoom(is.Width, is.Height, l)
	return nil
}

// zoom shows a picture in the size of the view, and leads to the others.
func (c *Content) zoom(width, height int, l Look) {
	for i, z := range zoomViews {
		if z.view != l.View {
			continue
		}
		c.Full = z.scale > 0
		if z.scale > 1 {
			c.Width, c.Height = width*z.scale, height*z.scale
		}
		if i > 0 {
			c.Zooms = append(c.Zooms, Link{Text: "Zoom out", Key: "-", Href: l.at(zoomViews[i-1].view, 0, 0)}, Link{Text: "Fit", Key: "0", Href: l.Page})
		}
		if i+1 < len(zoomViews) {
			c.Zooms = append(c.Zooms, Link{Text: "Zoom in", Key: "+", Href: l.at(zoomViews[i+1].view, 0, 0)})
		}
	}
}
