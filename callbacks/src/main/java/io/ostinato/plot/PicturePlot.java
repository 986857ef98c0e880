package io.ostinato.plot;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Small pictures with captions, such as the rows that a model gets wrong. Pixels stay visible; at
 * most {@value #MOST_TILES} pictures are drawn.
 */
public record PicturePlot(String title, List<Tile> tiles) implements Plot {
  private static final int MOST_TILES = 64;
  private static final int COLUMNS = 8;
  private static final int MOST_GREY = 255;
  private static final double SIDE = 66;
  private static final double GAP = 12;
  private static final double CAPTION = 20;
  private static final double TOP = 36;

  /**
   * A picture.
   *
   * @param png the picture as PNG
   * @param caption the text below it
   */
  public record Tile(byte[] png, String caption) {
    public Tile {
      png = png.clone();
    }

    @Override
    public byte[] png() {
      return png.clone();
    }

    /**
     * Makes a grey picture.
     *
     * @param pixels from 0, black, to 1, white, row by row; values outside are clamped, and NaN
     *     becomes 0
     * @param width the number of pixels in a row
     * @throws IllegalArgumentException if the pixels don't fill rows of this width
     */
    public static Tile grey(List<? extends Number> pixels, int width, String caption) {
      if (width < 1 || pixels.isEmpty() || pixels.size() % width != 0) {
        throw new IllegalArgumentException(
            "%s pixels are not a picture with rows of %s pixels".formatted(pixels.size(), width));
      }
      BufferedImage image =
          new BufferedImage(width, pixels.size() / width, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < pixels.size(); i++) {
        double value = Math.max(0, Math.min(1, pixels.get(i).doubleValue()));
        image.getRaster().setSample(i % width, i / width, 0, Math.round((float) value * MOST_GREY));
      }
      return new Tile(uncompressed(image), caption);
    }

    /** Without compression, the bytes don't depend on the library that compresses. */
    private static byte[] uncompressed(BufferedImage image) {
      ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
        ImageWriteParam parameters = writer.getDefaultWriteParam();
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(1);
        writer.setOutput(output);
        writer.write(null, new IIOImage(image, null, null), parameters);
      } catch (IOException e) {
        throw new UncheckedIOException("can't make a PNG", e);
      } finally {
        writer.dispose();
      }
      return bytes.toByteArray();
    }
  }

  public PicturePlot {
    tiles = List.copyOf(tiles);
  }

  @Override
  public String description() {
    if (tiles.isEmpty()) {
      return "no pictures";
    }
    List<Tile> drawn = drawn();
    String captions = drawn.stream().map(Tile::caption).collect(Collectors.joining("; "));
    return "%s: %s"
        .formatted(
            drawn.size() == tiles.size()
                ? NumberText.whole(tiles.size()) + " pictures"
                : "the first %s of %s pictures"
                    .formatted(drawn.size(), NumberText.whole(tiles.size())),
            captions);
  }

  @Override
  public String svg() {
    List<Tile> drawn = drawn();
    int rows = Math.max(1, (drawn.size() + COLUMNS - 1) / COLUMNS);
    double height = TOP + rows * (SIDE + CAPTION + GAP);
    Svg svg = Canvas.begin(title, description(), GAP + COLUMNS * (SIDE + GAP), height);
    if (drawn.isEmpty()) {
      new Canvas(svg, GAP, TOP, COLUMNS * (SIDE + GAP), SIDE).message("no pictures");
    }
    svg.begin("g", "text-anchor", "middle", "font-size", Canvas.SMALL);
    for (int i = 0; i < drawn.size(); i++) {
      draw(
          svg,
          drawn.get(i),
          GAP + i % COLUMNS * (SIDE + GAP),
          TOP + i / COLUMNS * (SIDE + CAPTION + GAP));
    }
    return svg.end().end().line().toString();
  }

  private List<Tile> drawn() {
    return tiles.subList(0, Math.min(MOST_TILES, tiles.size()));
  }

  private static void draw(Svg svg, Tile tile, double x, double y) {
    svg.begin("g")
        .text("title", tile.caption())
        .element(
            "image",
            "href",
            "data:image/png;base64," + Base64.getEncoder().encodeToString(tile.png),
            "x",
            x,
            "y",
            y,
            "width",
            SIDE,
            "height",
            SIDE,
            "style",
            "image-rendering:pixelated")
        .text(
            "text",
            Svg.fitted(tile.caption(), SIDE + GAP, Canvas.SMALL),
            "x",
            x + SIDE / 2,
            "y",
            y + SIDE + CAPTION - 5)
        .end()
        .line();
  }
}
