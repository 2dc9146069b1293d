package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// colours is how many colours a picture keeps.
const colours = 256

// smaller writes a picture with a palette of its most frequent colours: pages
// have few, and an eye does not see the difference.
func smaller(picture []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, err
	}
	palette := paletteOf(full)
	nearest := map[color.RGBA]uint8{}
	small := image.NewPaletted(full.Bounds(), palette)
	for y := full.Bounds().Min.Y; y < full.Bounds().Max.Y; y++ {
		for x := full.Bounds().Min.X; x < full.Bounds().Max.X; x++ {
			c := colourAt(full, x, y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(palette.Index(c)) //nolint:gosec // there are 256 at most
				nearest[c] = i
			}
			small.SetColorIndex(x, y, i)
		}
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, small); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func colourAt(picture image.Image, x, y int) color.RGBA {
	return color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA) //nolint:forcetypeassert // what the model converts to
}

// paletteOf is the most frequent colours of a picture, in an order that depends
// on nothing else.
func paletteOf(picture image.Image) color.Palette {
	often := map[color.RGBA]int{}
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
			often[colourAt(picture, x, y)]++
		}
	}
	list := make([]color.RGBA, 0, len(often))
	for c := range often {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(often[b], often[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := color.Palette{}
	for _, c := range list[:min(len(list), colours)] {
		palette = append(palette, c)
	}
	return palette
}
