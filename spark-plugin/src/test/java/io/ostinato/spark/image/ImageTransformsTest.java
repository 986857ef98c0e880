package io.ostinato.spark.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.ostinato.spark.image.ImageFixtures.Reference;
import io.ostinato.weights.HostArray;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ImageTransformsTest {
  private static final long MANY = 1_000_000;

  /** What torchvision makes of an image. */
  private record Case(String file, String transforms, Reference expected) {
    static Case of(JsonElement json) {
      JsonObject one = json.getAsJsonObject();
      return new Case(
          one.get("file").getAsString(), one.get("transforms").getAsString(), Reference.of(one));
    }

    @Override
    public String toString() {
      return file + " " + transforms;
    }
  }

  static Stream<Case> cases() {
    return StreamSupport.stream(
            ImageFixtures.json("transformed.json").getAsJsonArray().spliterator(), false)
        .map(Case::of);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreThoseOfTorchvision(Case one) {
    ImageTransforms transforms = ImageTransforms.of(one.transforms);
    Pixels image = ImageDecoder.decode(ImageFixtures.file(one.file), MANY);
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      assertIs(one.expected, transforms.apply(image, manager, MANY));
      NDList ofDjl = transforms.pipeline().transform(new NDList(image.array(manager)));
      assertIs(one.expected, ofDjl.singletonOrThrow());
    }
  }

  private static void assertIs(Reference expected, NDArray array) {
    HostArray result = HostArray.copyOf("x", array);
    assertThat(result.toString())
        .isEqualTo(
            "x: %s %s"
                .formatted(
                    expected.type(),
                    new Shape(expected.shape().stream().mapToLong(n -> n).toArray())));
    assertThat(result.bytes()).isEqualTo(expected.data());
  }

  @Test
  void samplesAndChannelsAreOrderedAndScaledAsAsked() {
    Pixels pixels = new Pixels(1, 2, 3, new byte[] {1, 2, 3, (byte) 254, (byte) 253, 100});
    assertThat(floats(pixels, "channel_order:bgr,to_tensor:1"))
        .containsExactly(3, 100, 2, 253, 1, 254);
    assertThat(floats(pixels, "to_tensor:scale=1,layout=hwc"))
        .containsExactly(1, 2, 3, 254, 253, 100);
    assertThat(floats(pixels, "channel_order:rgb,to_tensor:1,normalize:mean=[1,2,3],std=[1,1,1]"))
        .containsExactly(0, 253, 0, 251, 0, 97);
    assertThat(floats(pixels, "to_tensor:1:hwc,normalize:mean=1/2/3,std=2"))
        .containsExactly(0, 0, 0, 126.5f, 125.5f, 48.5f);
  }

  @Test
  void knownStatisticsAreThoseOfTheColours() {
    Pixels pixels = new Pixels(1, 1, 3, new byte[] {10, 120, (byte) 240});
    float[] rgb = floats(pixels, "to_tensor,normalize:imagenet");
    float[] bgr = floats(pixels, "channel_order:bgr,to_tensor,normalize:imagenet");
    assertThat(bgr).containsExactly(rgb[2], rgb[1], rgb[0]);
    assertThat(rgb[0]).isEqualTo((10 / 255f - 0.485f) / 0.229f);
  }

  private static float[] floats(Pixels pixels, String text) {
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      return ImageTransforms.of(text).apply(pixels, manager, MANY).toFloatArray();
    }
  }

  @Test
  void theFormIsKnownBeforeAnyImageIsRead() {
    assertThat(form("resize:256,center_crop:224,to_tensor,normalize:imagenet"))
        .isEqualTo("float32 (3, 224, 224)");
    assertThat(form("resize:256:bicubic,to_tensor")).isEqualTo("float32 (3, height, width)");
    assertThat(form("resize:20x30")).isEqualTo("uint8 (20, 30, 3)");
    assertThat(form("grayscale, center_crop:8, pil_to_tensor")).isEqualTo("uint8 (1, 8, 8)");
    assertThat(form("to_tensor:layout=hwc")).isEqualTo("float32 (height, width, 3)");
    assertThat(ImageTransforms.of("resize:20x30").tensor("x").toString())
        .contains("uint8", "20, 30, 3");
    assertThat(ImageTransforms.of("to_tensor").tensor("x", 3, 5, 7).dataType())
        .isEqualTo(DataType.FLOAT32);
    assertThatThrownBy(() -> ImageTransforms.of("to_tensor").tensor("x"))
        .hasMessage(
            "the size of images after 'to_tensor' depends on the image; add center_crop:224 or"
                + " resize:224x224, or specify the shape");
    assertThatThrownBy(() -> ImageTransforms.of("center_crop:8,to_tensor").tensor("x", 8, 8, 3))
        .hasMessage(
            "the image transforms 'center_crop:8,to_tensor' return float32 (3, 8, 8), which can't"
                + " have the shape [8, 8, 3]");
  }

  private static String form(String text) {
    return ImageTransforms.of(text).form().toString().toLowerCase(Locale.ROOT);
  }

  @Test
  void whatCantBeParsedOrAppliedIsRefusedWithTheReason() {
    refuses("", "a transform is missing; use one of resize, center_crop, grayscale,");
    refuses("resize:8,,to_tensor", "a transform is missing; use one of");
    refuses("resise:8", "unknown transform 'resise'; use one of resize");
    refuses("resize", "'size' of resize is missing: Size of the shorter side");
    refuses("resize:0", "'size' of resize must be a number of pixels such as 224, or height x");
    refuses("resize:8x", "'size' of resize must be a number of pixels such as 224, or height x");
    refuses(
        "resize:8:cubic",
        "'interpolation' of resize must be one of nearest, box, bilinear, hamming, bicubic,"
            + " lanczos; given: 'cubic'");
    refuses("resize:8:box:1", "resize takes at most 2 values; given: '8:box:1'");
    refuses("resize:8,size=9", "'size' of resize is given twice");
    refuses("resize:8,pad=9", "unknown key 'pad' of resize; its keys: size, interpolation");
    refuses("grayscale:2", "'channels' of grayscale must be 1 or 3; given: 2");
    refuses("to_tensor:0", "'scale' of to_tensor must be above 0; given: '0'");
    refuses("to_tensor,normalize", "normalize needs either statistics, such as normalize:imagenet");
    refuses("to_tensor,normalize:mean=1", "normalize needs either statistics");
    refuses("to_tensor,normalize:imagenet,mean=1", "normalize needs either statistics");
    refuses("to_tensor,normalize:mean=1,std=0", "'std' of normalize must be above 0");
    refuses("to_tensor,normalize:mean=x,std=1", "'mean' of normalize must be a number; given: 'x'");
    refuses(
        "to_tensor,normalize:mean=[1,2],std=1",
        "normalize has 2 values for an image with 3 channels; give one for each");
    refuses("grayscale,to_tensor,normalize:imagenet", "3 values for an image with 1 channel");
    refuses("normalize:imagenet", "normalize must come after to_tensor");
    refuses("to_tensor,resize:8", "resize must come before to_tensor and pil_to_tensor");
    refuses("to_tensor,to_tensor", "to_tensor must come only once");
    refuses("pil_to_tensor,normalize:half", "normalize must come after to_tensor");
    refuses("channel_order:bgr,grayscale", "grayscale must come before channel_order");
    refuses("grayscale,channel_order:bgr", "channel_order needs an RGB image; given: GRAY");
  }

  private static void refuses(String text, String part) {
    assertThatThrownBy(() -> ImageTransforms.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("image transforms '" + text + "': ")
        .hasMessageContaining(part);
  }

  @Test
  void aThinImageDoesntBecomeAHugeOne() {
    Pixels thin = Pixels.blank(1, 5000, 3);
    ImageTransforms transforms = ImageTransforms.of("resize:256,center_crop:224,to_tensor");
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      assertThatThrownBy(() -> transforms.apply(thin, manager, 10_000_000))
          .hasMessage(
              "has 1 x 5000 pixels, which resize would make 256 x 1280000: more than the 10000000"
                  + " pixels of spark.ostinato.images.maxPixels; raise it and the executors'"
                  + " memory, or drop such images");
    }
  }

  @Test
  void everyKindIsDescribed() {
    assertThat(ImageTransforms.kinds().names())
        .isEqualTo(
            List.of(
                "resize",
                "center_crop",
                "grayscale",
                "channel_order",
                "to_tensor",
                "pil_to_tensor",
                "normalize"));
    assertThat(ImageTransforms.of(ImageTransforms.EXAMPLE)).hasToString(ImageTransforms.EXAMPLE);
  }
}
