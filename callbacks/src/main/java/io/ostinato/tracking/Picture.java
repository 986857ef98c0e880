package io.ostinato.tracking;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** An image in host memory, with 1 (grey), 3 (RGB) or 4 (RGBA) channels of 8 bits. Immutable. */
public final class Picture {
  private static final int MOST = 255;
  private static final int GREY = 1;
  private static final int RGB = 3;
  private static final int RGBA = 4;

  private final int channels;
  private final int height;
  private final int width;
  private final byte[] values;

  private Picture(int channels, int height, int width, byte[] values) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.values = values;
  }

  /**
   * Copies an image from an array in the layout of PyTorch and DJL.
   *
   * @param array {@code (height, width)} or {@code (channels, height, width)}; either floats from 0
   *     to 1, where values outside are clamped and NaN becomes 0, or uint8 from 0 to 255
   * @throws IllegalArgumentException if it has another shape or data type
   */
  public static Picture of(NDArray array) {
    Shape shape = array.getShape();
    boolean grey = shape.dimension() == 2;
    long channels = grey ? GREY : shape.dimension() == 3 ? shape.get(0) : 0;
    boolean isPicture = channels == GREY || channels == RGB || channels == RGBA;
    if (!isPicture || shape.size() == 0) {
      throw new IllegalArgumentException(
          "a picture is (height, width) or (channels, height, width), with 1, 3 or 4 channels;"
              + " given: "
              + shape);
    }
    return new Picture(
        (int) channels,
        Math.toIntExact(shape.get(grey ? 0 : 1)),
        Math.toIntExact(shape.get(grey ? 1 : 2)),
        values(array));
  }

  public int channels() {
    return channels;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** Encodes the image as PNG. */
  public byte[] png() {
    int type =
        switch (channels) {
          case GREY -> BufferedImage.TYPE_BYTE_GRAY;
          case RGB -> BufferedImage.TYPE_INT_RGB;
          default -> BufferedImage.TYPE_INT_ARGB;
        };
    BufferedImage image = new BufferedImage(width, height, type);
    int[] pixel = new int[channels];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          pixel[channel] = values[(channel * height + y) * width + x] & MOST;
        }
        // Uses the raster: the colour model would apply gamma correction to grey.
        image.getRaster().setPixel(x, y, pixel);
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(image);
    } catch (IOException e) {
      throw new UncheckedIOException("can't make a PNG of %s by %s".formatted(width, height), e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] values(NDArray array) {
    if (array.getDataType() == DataType.UINT8) {
      return array.toByteArray();
    }
    if (!array.getDataType().isFloating()) {
      throw new IllegalArgumentException(
          "a picture is uint8 from 0 to 255, or floats from 0 to 1; given: " + array.getDataType());
    }
    float[] floats;
    try (NDArray exact = array.toType(DataType.FLOAT32, true)) {
      floats = exact.toFloatArray();
    }
    byte[] values = new byte[floats.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) Math.round(MOST * Math.max(0, Math.min(1, floats[i])));
    }
    return values;
  }
}
