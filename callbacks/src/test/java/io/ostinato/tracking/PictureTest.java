package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PictureTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void floatsGoFromBlackToWhite() throws IOException {
    float[] values = {0, 1, 0.5f, -3, 7, Float.NaN};
    for (DataType type : List.of(DataType.FLOAT32, DataType.FLOAT64, DataType.FLOAT16)) {
      NDArray array = manager.create(values, new Shape(2, 3)).toType(type, false);
      assertThat(pixels(Picture.of(array))).as("%s", type).containsExactly(0, 255, 128, 0, 255, 0);
    }
  }

  @Test
  void channelsComeFirst() throws IOException {
    // Two pixels: red and green, blue and half of the opacity behind.
    NDArray array = manager.create(new float[] {1, 0, 0, 1, 0, 0, 1, 0.5f}, new Shape(4, 1, 2));
    Picture picture = Picture.of(array);
    assertThat(picture.channels()).isEqualTo(4);
    assertThat(picture.height()).isEqualTo(1);
    assertThat(picture.width()).isEqualTo(2);
    assertThat(pixels(picture)).containsExactly(255, 0, 0, 255, 0, 255, 0, 128);
    assertThat(pixels(Picture.of(array.get(":3")))).containsExactly(255, 0, 0, 0, 255, 0);
  }

  @Test
  void wholeNumbersAreTakenAsTheyAre() throws IOException {
    NDArray bytes =
        manager
            .create(new int[] {0, 127, 128, 255}, new Shape(1, 2, 2))
            .toType(DataType.UINT8, false);
    assertThat(pixels(Picture.of(bytes))).containsExactly(0, 127, 128, 255);
  }

  @Test
  void whatIsNoPictureIsRefused() {
    for (Shape shape :
        List.of(new Shape(4), new Shape(2, 4, 4), new Shape(1, 3, 4, 4), new Shape(0, 4))) {
      assertThatThrownBy(() -> Picture.of(manager.zeros(shape)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "a picture is (height, width) or (channels, height, width), with 1, 3 or 4 channels;"
                  + " given: "
                  + shape);
    }
    assertThatThrownBy(() -> Picture.of(manager.zeros(new Shape(2, 2), DataType.INT32)))
        .hasMessage("a picture is uint8 from 0 to 255, or floats from 0 to 1; given: int32");
  }

  /** All channels of a pixel, pixel after pixel. */
  private static int[] pixels(Picture picture) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture.png()));
    int[] pixels =
        image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    return Arrays.copyOf(pixels, pixels.length);
  }
}
