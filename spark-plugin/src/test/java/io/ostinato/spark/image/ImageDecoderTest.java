package io.ostinato.spark.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.ostinato.spark.image.ImageFixtures.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageDecoderTest {
  private static final long MANY = 1_000_000;
  private static final JsonObject DECODED = ImageFixtures.json("decoded.json").getAsJsonObject();

  static Stream<String> files() {
    return DECODED.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void pixelsAreThoseOfPillow(String file) {
    Reference expected = Reference.of(DECODED.getAsJsonObject(file));
    Pixels image = ImageDecoder.decode(ImageFixtures.file(file), MANY);
    assertThat(List.of((long) image.height(), (long) image.width(), (long) image.channels()))
        .isEqualTo(expected.shape());
    assertThat(image.samples()).isEqualTo(expected.data());
  }

  @Test
  void allFormatsAreAmongTheFixtures() {
    assertThat(files().map(name -> name.substring(name.indexOf('.'))))
        .contains(".png", ".jpg", ".bmp", ".gif", ".tiff");
    assertThat(files()).hasSizeGreaterThan(30);
  }

  @Test
  void whatIsNoImageIsRefused() {
    refuses(new byte[0], "has no bytes; expected an encoded image");
    refuses(
        "hello world".getBytes(StandardCharsets.UTF_8),
        "is not an image: it begins with 68 65 6c 6c 6f 20 77 6f; expected one of bmp, gif");
    refuses(new byte[] {1}, "is not an image: it begins with 01; expected one of");
    refuses("RIFF1234WEBPVP8 ".getBytes(StandardCharsets.UTF_8), "is a WebP image; expected one");
  }

  /** Every fixture cut at many places, which ImageIO may return in part. */
  @ParameterizedTest
  @MethodSource("files")
  void aTruncatedImageIsRefused(String file) {
    byte[] whole = ImageFixtures.file(file);
    for (int length = 1; length < whole.length - 3; length += 1 + length / 9) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ImageDecoder.decode(cut, MANY))
          .as("%s, %s bytes", file, length)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aDamagedPngIsRefused() {
    byte[] damaged = ImageFixtures.file("photo.png").clone();
    damaged[100] ^= 1;
    refuses(damaged, "the PNG image is damaged: the chunk at byte 33 doesn't match its CRC-32");
    refuses(
        Arrays.copyOf(ImageFixtures.file("photo.png"), 2000),
        "the PNG image is truncated after 2000 bytes");
    refuses(
        Arrays.copyOf(ImageFixtures.file("ycc420.jpg"), 900),
        "the JPEG image is truncated after 900 bytes");
  }

  /** Whatever the bytes are, there is an image or a reason. */
  @ParameterizedTest
  @MethodSource("files")
  void flippedBitsNeverLeaveTheDecoderWithAnotherException(String file) {
    Random random = new Random(file.hashCode());
    for (int i = 0; i < 60; i++) {
      byte[] bytes = ImageFixtures.file(file).clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        ImageDecoder.decode(bytes, MANY);
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching("(?s).{10,}");
      }
    }
  }

  @Test
  void anImageOfTooManyPixelsIsRefusedBeforeItIsDecoded() {
    byte[] photo = ImageFixtures.file("photo.png");
    ImageDecoder.decode(photo, 37 * 53);
    assertThatThrownBy(() -> ImageDecoder.decode(photo, 37 * 53 - 1))
        .hasMessage(
            "has 37 x 53 pixels, more than the 1960 pixels of spark.ostinato.images.maxPixels;"
                + " raise it and the executors' memory, or drop such images");
    byte[] bomb = photo.clone();
    ByteBuffer.wrap(bomb).putInt(16, 2_000_000_000).putInt(20, 2_000_000_000);
    assertThatThrownBy(() -> ImageDecoder.decode(bomb, Long.MAX_VALUE / 4))
        .hasMessageContaining("has 2000000000 x 2000000000 pixels, more than");
  }

  @Test
  void aGifPictureOnAScreenOfTooManyPixelsIsRefused() {
    byte[] bomb = ImageFixtures.file("part.gif").clone();
    ByteBuffer.wrap(bomb).putInt(6, -1); // 65535 x 65535
    refuses(bomb, "has 65535 x 65535 pixels, more than the 1000000 pixels");
  }

  private static void refuses(byte[] bytes, String part) {
    assertThatThrownBy(() -> ImageDecoder.decode(bytes, MANY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part);
  }
}
