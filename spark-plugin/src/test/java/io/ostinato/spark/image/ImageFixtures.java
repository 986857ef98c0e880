package io.ostinato.spark.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.model.TorchModules;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;

/** Images, and what Pillow, torchvision and PyTorch make of them. */
public final class ImageFixtures {
  /** The number of {@link #picture pictures}. */
  public static final int PICTURES = 200;

  private static final String FOLDER = "/images/";

  /** An array of NumPy. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Reference(List<Long> shape, String type, byte[] data) {
    static Reference of(JsonObject json) {
      return new Reference(
          json.getAsJsonArray("shape").asList().stream().map(JsonElement::getAsLong).toList(),
          json.get("type").getAsString(),
          Base64.getDecoder().decode(json.get("data").getAsString()));
    }
  }

  private ImageFixtures() {}

  /** The content of an image or another fixture. */
  public static byte[] file(String name) {
    return TorchModules.content(FOLDER + name);
  }

  static JsonElement json(String name) {
    return JsonParser.parseString(new String(file(name), StandardCharsets.UTF_8));
  }

  /** The transforms of {@link #outputs}. */
  public static String transforms() {
    return json("classes.json").getAsJsonObject().get("transforms").getAsString();
  }

  /** The outputs of {@code net.pt} for all pictures, {@code (200, 5)} in rows. */
  public static float[] outputs() {
    Reference outputs =
        Reference.of(json("classes.json").getAsJsonObject().getAsJsonObject("outputs"));
    float[] numbers = new float[outputs.data().length / Float.BYTES];
    ByteBuffer.wrap(outputs.data()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** The class with the highest output, for each picture. */
  public static List<Long> classes() {
    JsonArray classes = json("classes.json").getAsJsonObject().getAsJsonArray("classes");
    List<Long> all = new ArrayList<>();
    classes.forEach(one -> all.add(one.getAsLong()));
    return all;
  }

  /** The i-th picture of the script that makes the fixtures, as a PNG file. */
  public static byte[] picture(int i) {
    int height = 20 + i % 13;
    int width = 20 + i * 7 % 17;
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          int sample =
              x * (3 + i % 5) + y * (7 + i % 3) * (c + 1) + x * y / 3 * (i % 4) + 31 * i + 85 * c;
          rgb = rgb << 8 | sample % 256;
        }
        image.setRGB(x, y, rgb);
      }
    }
    return png(image);
  }

  /** An image as a PNG file. */
  public static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A black image as a PNG file. */
  static byte[] black(int height, int width) {
    return png(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB));
  }
}
