package io.ostinato.translation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.modality.cv.Image;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.util.StringPair;
import io.ostinato.libraries.NativeLibraries;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InputFormTest {
  private final NDManager manager = NativeLibraries.engine().newBaseManager(Device.cpu());

  @AfterEach
  void close() {
    manager.close();
  }

  private <T> T read(Class<T> type, @Nullable Object... values) {
    @Nullable Object[] decoded = RowValues.decode(RowValues.encode(values));
    return type.cast(InputForm.of(type).read(decoded, manager));
  }

  @Test
  void textsAndNumbers() {
    assertThat(read(String.class, "für")).isEqualTo("für");
    assertThat(read(String[].class, List.of("a", "b"))).containsExactly("a", "b");
    assertThat(read(String[].class, List.of())).isEmpty();
    assertThat(read(String[].class, "a", "b")).containsExactly("a", "b");
    assertThat(read(byte[].class, new byte[] {1, -1})).containsExactly(1, -1);
    assertThat(read(Float.class, 1)).isEqualTo(1f);
    assertThat(read(Double.class, 1.5f)).isEqualTo(1.5);
    assertThat(read(Integer.class, 7L)).isEqualTo(7);
    assertThat(read(Long.class, 3.0)).isEqualTo(3);
    QAInput question = read(QAInput.class, "who?", "I.");
    assertThat(question.getQuestion() + question.getParagraph()).isEqualTo("who?I.");
    assertThat(read(StringPair.class, "a", "b").getValue()).isEqualTo("b");
  }

  @Test
  void arraysOfNumbersAndVectors() {
    assertThat(read(float[].class, List.of(1f, 0.1f))).containsExactly(1f, 0.1f);
    assertThat(read(float[].class, List.of())).isEmpty();
    assertThat(read(float[].class, new double[] {1, 2})).containsExactly(1, 2);
    assertThat(read(double[].class, 1, 2L, 3f)).containsExactly(1, 2, 3);
    assertThat(read(long[].class, List.of(1L << 60, 2L))).containsExactly(1L << 60, 2);
    assertThat(read(int[].class, new double[] {4, 5})).containsExactly(4, 5);
    NDList encoded = new NDList(manager.create(new float[] {1, 2, 3}));
    assertThat(read(NDList.class, encoded.encode(NDList.Encoding.NPZ)).head().toFloatArray())
        .containsExactly(1, 2, 3);
  }

  @Test
  void imagesAreEncodedOrThoseOfSpark() throws IOException {
    BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    picture.setRGB(0, 0, 0x102030);
    picture.setRGB(1, 0, 0xfffefd);
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    byte[] bgr = {0x30, 0x20, 0x10, (byte) 0xfd, (byte) 0xfe, (byte) 0xff};
    byte[] withAlpha = {0x30, 0x20, 0x10, 9, (byte) 0xfd, (byte) 0xfe, (byte) 0xff, 9};
    Object[] fields = {"a.png", 1, 2, 3, 16, bgr};

    for (Image image :
        List.of(
            read(Image.class, (Object) png.toByteArray()),
            read(Image.class, fields),
            read(Image.class, (Object) fields),
            read(Image.class, "a.png", 1, 2, 4, 24, withAlpha))) {
      assertThat(image.toNDArray(manager).toUint8Array())
          .containsExactly(0x10, 0x20, 0x30, 0xff, 0xfe, 0xfd);
    }
    Image grey = read(Image.class, "g.png", 1, 2, 1, 0, new byte[] {5, (byte) 200});
    assertThat(grey.toNDArray(manager).toUint8Array()).containsExactly(5, 5, 5, 200, 200, 200);
  }

  @Test
  void whatIsNoInputIsRefused() {
    assertThatThrownBy(() -> read(Long.class, 1.5))
        .hasMessage("it can't be read as Long: 1.5 is not a whole number");
    assertThatThrownBy(() -> read(float[].class, Arrays.asList(1f, null)))
        .hasMessage("it can't be read as float[]: null is not a number");
    assertThatThrownBy(() -> read(QAInput.class, "a", null))
        .hasMessage("value 2 of 2 is null; drop or fill such rows first");
    assertThatThrownBy(() -> read(Image.class, "bad.png", -1, -1, -1, -1, new byte[0]))
        .hasMessageContaining("the image 'bad.png' has -1 × -1 pixels of -1 channels; Spark could");
    assertThatThrownBy(() -> read(Image.class, "bad.png", 2, 2, 3, 16, new byte[5]))
        .hasMessageContaining("the image 'bad.png' has 5 bytes, but 2 × 2 pixels of 3 channels");
    assertThatThrownBy(() -> read(Image.class, (Object) new byte[] {1, 2}))
        .hasMessageContaining("it can't be read as Image: ");
    assertThatThrownBy(() -> read(String.class, "a", "b"))
        .hasMessage("an input of the type String is made of a string; given: [string, string]");
    assertThatThrownBy(() -> read(Float.class, "1"))
        .hasMessage("an input of the type Float is made of a number; given: [string]");
    assertThatThrownBy(() -> read(QAInput.class, "a"))
        .hasMessage(
            "an input of the type QAInput is made of two strings: the question and the paragraph;"
                + " given: [string]");
    assertThatThrownBy(() -> InputForm.of(Thread.class))
        .hasMessageStartingWith(
            "inputs of the type java.lang.Thread can't be made of columns; use");
    assertThat(InputForm.of(String.class).mistake(List.of(ValueKind.NUMBER)))
        .contains("an input of the type String is made of a string");
    assertThat(InputForm.of(float[].class).mistake(List.of(ValueKind.NUMBER, ValueKind.NUMBER)))
        .isEmpty();
    assertThat(InputForm.of(Float.class).mistake(List.of(ValueKind.NUMBERS))).isPresent();
    assertThatThrownBy(() -> RowValues.encode(new Thread()))
        .hasMessage("values of the class java.lang.Thread can't be encoded");
  }
}
