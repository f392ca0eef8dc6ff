package newsletter

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/municipalitiesnet/munet/internal/dynamo"
	"github.com/municipalitiesnet/munet/internal/fault"
	"github.com/municipalitiesnet/munet/internal/language"
	"github.com/municipalitiesnet/munet/internal/page"
	"github.com/municipalitiesnet/munet/internal/web"
)

// Image is a picture for newsletters. Its name holds a hash of its content and its measures, so that
// whoever has the name has all that a mail needs, and it never changes.
type Image struct {
	Name      string    `json:"name"` // such as 3f2a9c01be77d5a0-640x480.png
	Alt       string    `json:"alt"`  // what it shows, for those who cannot see it
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"createdAt"`
	CreatedBy string    `json:"createdBy"` // a name
}

// Path is where the image is published.
func (i Image) Path() string { return imagesPath + i.Name }

// Markdown puts the image into a text.
func (i Image) Markdown() string { return "![" + literal(i.Alt) + "](" + i.Path() + ")" }

const (
	imagesPath = "/newsletters/images/"
	// maxAlt is the length of an image's text in characters.
	maxAlt = 250
	// imageList is the partition of the index "list" that holds the images, ordered by upload.
	imageList = "image"
	// latestImages is how many images are shown.
	latestImages = 12
	// mailWidth is how wide a picture is in a mail at most, in pixels.
	mailWidth = 520
)

var imageName = regexp.MustCompile(`^([0-9a-f]{16})-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.(png|jpg|gif)$`)

// ownImage returns the measures of an image of ours, shrunk to fit into a mail, by its address.
func ownImage(address string) (width, height int, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, 0, false
	}
	name, ok := strings.CutPrefix(u.Path, imagesPath)
	parts := imageName.FindStringSubmatch(name)
	if !ok || parts == nil {
		return 0, 0, false
	}
	width, errW := strconv.Atoi(parts[2])
	height, errH := strconv.Atoi(parts[3])
	if width > mailWidth {
		width, height = mailWidth, max(1, height*mailWidth/width)
	}
	return width, height, errors.Join(errW, errH) == nil
}

// The items of an image: what the list shows, and the content, which the index does not hold.
type (
	imageItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		List    string `json:"list"`
		ListKey string `json:"listKey"`
		Image
	}
	contentItem struct {
		PK      string `json:"pk"`
		SK      string `json:"sk"`
		Type    string `json:"type"`
		Content []byte `json:"content"`
	}
)

func imagePK(name string) string { return "image#" + name }

// SaveImage keeps an image. The same one again gets the new text.
func (s *Store) SaveImage(ctx context.Context, f imageFile, alt, by string) (Image, error) {
	hash := sha256.Sum256(f.Content)
	now := s.now().UTC()
	img := Image{
		Name: fmt.Sprintf("%s-%dx%d.%s", hex.EncodeToString(hash[:8]), f.Width, f.Height, extensions[f.Type]),
		Alt:  alt, Type: f.Type, CreatedAt: now, CreatedBy: by,
	}
	shown, err := dynamo.Encode(imageItem{imagePK(img.Name), "image", imageList, listKey(now, img.Name), img})
	if err != nil {
		return img, err
	}
	content, err := dynamo.Encode(contentItem{imagePK(img.Name), "content", f.Type, f.Content})
	if err != nil {
		return img, err
	}
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &s.table, Item: shown}}, {Put: &types.Put{TableName: &s.table, Item: content}},
	}})
	if err != nil {
		return img, fmt.Errorf("newsletter: image: %w", err)
	}
	return img, nil
}

// Images returns the latest images, the latest first.
func (s *Store) Images(ctx context.Context) ([]Image, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String("list"), Limit: aws.Int32(latestImages), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("#list = :list"),
		ExpressionAttributeNames:  map[string]string{"#list": "list"},
		ExpressionAttributeValues: dynamo.Item{":list": dynamo.S(imageList)},
	})
	if err != nil {
		return nil, fmt.Errorf("newsletter: images: %w", err)
	}
	found := make([]Image, len(out.Items))
	for i, item := range out.Items {
		it, err := dynamo.Decode[imageItem](item)
		if err != nil {
			return nil, err
		}
		found[i] = it.Image
	}
	return found, nil
}

// ImageContent returns the type and the bytes of an image, or ErrNone.
func (s *Store) ImageContent(ctx context.Context, name string) (string, []byte, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.table, Key: dynamo.Key(imagePK(name), "content")})
	if err != nil {
		return "", nil, fmt.Errorf("newsletter: image: %w", err)
	}
	if out.Item == nil {
		return "", nil, ErrNone
	}
	it, err := dynamo.Decode[contentItem](out.Item)
	return it.Type, it.Content, err
}

// LatestImages is the source of the images that were uploaded, whenever that was.
func LatestImages(store *Store) Source { return Source{"images", imageSource{store}.blocks} }

type imageSource struct{ newsletters *Store }

func (l imageSource) blocks(ctx context.Context, _ language.Tag, _ time.Time, _ *Newsletter) ([]Block, error) {
	images, err := l.newsletters.Images(ctx)
	blocks := make([]Block, len(images))
	for i, img := range images {
		blocks[i] = Block{Title: img.Alt, Markdown: img.Markdown()}
	}
	return blocks, err
}

// imagesData is what the page to upload images shows.
type imagesData struct {
	page.Form
	Images []Image
	MaxAlt int
}

func (s *Service) showImages(w http.ResponseWriter, r *http.Request) error {
	return s.renderImages(w, r, http.StatusOK, imagesData{})
}

func (s *Service) renderImages(w http.ResponseWriter, r *http.Request, status int, data imagesData) error {
	var err error
	if data.Images, err = s.Newsletters.Images(r.Context()); err != nil {
		return err
	}
	data.Area, data.MaxAlt = "newsletter.image", maxAlt
	return pages.Render(w, r, status, "images.html", data)
}

func (s *Service) uploadImage(w http.ResponseWriter, r *http.Request) error {
	raw, alt, err := readUpload(r)
	if err != nil {
		return err
	}
	var fields []fault.Field
	file, err := readImage(raw)
	if err != nil {
		fields = append(fields, fault.From(err).Fields...)
	}
	switch {
	case alt == "":
		fields = append(fields, fault.Field{Name: "alt", Code: "required"})
	case utf8.RuneCountInString(alt) > maxAlt:
		fields = append(fields, fault.Field{Name: "alt", Code: "too-long", Args: map[string]any{"Limit": maxAlt}})
	}
	if len(fields) > 0 {
		return s.renderImages(w, r, http.StatusUnprocessableEntity, imagesData{Form: page.Form{Values: url.Values{"alt": {alt}}, Errors: fields}})
	}
	if _, err := s.Newsletters.SaveImage(r.Context(), file, alt, web.Who(r.Context()).Name); err != nil {
		return err
	}
	return redirect(w, r, "/desk/newsletters/images", "uploaded")
}

// readUpload reads the form of imagesData. No file is an empty one.
func readUpload(r *http.Request) (raw []byte, alt string, err error) {
	err = r.ParseMultipartForm(web.MaxBody) //nolint:gosec // the mux bounds the body
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, "", web.TooLarge(err)
	}
	if err != nil {
		return nil, "", fault.New(http.StatusBadRequest, "bad-request").Because(err)
	}
	alt = strings.Join(strings.Fields(r.PostFormValue("alt")), " ")
	file, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, alt, nil
	}
	if err != nil {
		return nil, alt, err
	}
	raw, err = io.ReadAll(file)
	return raw, alt, errors.Join(err, file.Close())
}

// showImage answers with an image to whoever has its name: mail programs send no cookies.
func (a *Archive) showImage(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("image")
	if !imageName.MatchString(name) {
		return fault.NotFound()
	}
	kind, content, err := a.Newsletters.ImageContent(r.Context(), name)
	if errors.Is(err, ErrNone) {
		return fault.NotFound()
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // for mail programs that are websites
	_, err = w.Write(content)                             //nolint:gosec // an image by its own bytes, nosniff, and sandboxed
	return err
}
