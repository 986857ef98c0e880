package io.ostinato.spark.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import com.google.gson.Gson;
import io.ostinato.evaluation.SerializedBytes;
import io.ostinato.spark.data.TensorKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TokensConverterTest {
  /** What {@code make_tokenizers.py} wrote. */
  private record References(List<String> texts, List<Case> cases) {}

  private record Case(
      String tokenizer, int length, boolean special, String side, List<Reference> rows) {
    TokensConverter converter() {
      TokensConverter converter =
          TokensConverter.of("text", TokensConverterTest.tokenizer(tokenizer), length).withTypes();
      converter = special ? converter : converter.withoutSpecialTokens();
      return side.equals("left") ? converter.paddedLeft() : converter;
    }

    @Override
    public String toString() {
      return "%s %s %s %s".formatted(tokenizer, length, special, side);
    }
  }

  private record Reference(long[] ids, long[] types) {}

  static List<Case> cases() {
    return references().cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tokensAreThoseOfPython(Case expected) throws Exception {
    TokensConverter converter = expected.converter();
    assertThat(converter.mistake(DataTypes.StringType)).isEmpty();
    List<String> texts = references().texts();
    for (int i = 0; i < texts.size(); i++) {
      check(expected, i, rows(converter, texts.get(i)));
    }
  }

  private static void check(Case expected, int text, List<long[]> rows) {
    Reference row = expected.rows().get(text);
    long padding = expected.tokenizer().equals("bpe") ? 2 : 0;
    boolean left = expected.side().equals("left");
    long[] ones = new long[row.ids().length];
    Arrays.fill(ones, 1);
    String place = references().texts().get(text);
    assertThat(rows.get(0))
        .as(place)
        .isEqualTo(padded(row.ids(), expected.length(), padding, left));
    assertThat(rows.get(1)).as(place).isEqualTo(padded(ones, expected.length(), 0, left));
    assertThat(rows.get(2)).as(place).isEqualTo(padded(row.types(), expected.length(), 0, left));
  }

  private static long[] padded(long[] tokens, int length, long padding, boolean left) {
    long[] row = new long[length];
    Arrays.fill(row, padding);
    System.arraycopy(tokens, 0, row, left ? length - tokens.length : 0, tokens.length);
    return row;
  }

  @Test
  void tasksShareOneTokenizerAndUseItAtOnce() {
    Case expected = cases().get(0);
    byte[] sent = SerializedBytes.of(expected.converter());
    List<String> texts = references().texts();
    IntStream.range(0, 2000)
        .parallel()
        .forEach(
            i -> {
              TokensConverter ofTask = SerializedBytes.read(sent, TokensConverter.class);
              try {
                check(expected, i % texts.size(), rows(ofTask, texts.get(i % texts.size())));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
  }

  @Test
  void aColumnBecomesTwoTensorsAndTypesAThird() {
    TokensConverter tokens = TokensConverter.of("text", tokenizer("bpe"), 128);
    TensorKind ids = TensorKind.of("text.input_ids", DataType.INT64, 128);
    TensorKind mask = TensorKind.of("text.attention_mask", DataType.INT64, 128);
    assertThat(tokens.tensors()).containsExactly(ids, mask);
    assertThat(tokens.withTypes().tensors())
        .containsExactly(ids, mask, TensorKind.of("text.token_type_ids", DataType.INT64, 128));
  }

  @Test
  void anotherTokenCanBeThePadding() throws Exception {
    TokensConverter tokens = TokensConverter.of("text", tokenizer("wordpiece"), 4).paddedWith(7);
    assertThat(rows(tokens, "").get(0)).containsExactly(2, 3, 7, 7);
  }

  @Test
  void whatCantBeTokenizedIsRefusedBeforeAnyRowIsRead() {
    TokensConverter short2 = TokensConverter.of("text", tokenizer("wordpiece"), 2);
    assertThat(short2.mistake(DataTypes.StringType))
        .contains(
            "can't be tokenized: a length of 2 leaves no room for text, because the tokenizer adds 2"
                + " special tokens; use a greater length");
    assertThat(short2.withoutSpecialTokens().mistake(DataTypes.StringType)).isEmpty();
    assertThat(short2.mistake(DataTypes.LongType)).contains("is bigint; text must be string");
    assertThatThrownBy(() -> TokensConverter.of("text", tokenizer("bpe"), 0))
        .hasMessage("the length 0 of rows of tokens must be at least 1");
    TokenizerFile unknown =
        TokenizerFile.of("{\"model\":{\"type\":\"Secret\"}}".getBytes(StandardCharsets.UTF_8));
    assertThat(TokensConverter.of("text", unknown, 8).mistake(DataTypes.StringType).orElseThrow())
        .startsWith("can't be tokenized: DJL's tokenizers can't read this tokenizer.json: ");
  }

  static TokenizerFile tokenizer(String name) {
    return TokenizerFile.of(resource(name + ".json"));
  }

  private static References references() {
    return new Gson()
        .fromJson(
            new String(resource("references.json"), StandardCharsets.UTF_8), References.class);
  }

  private static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            TokensConverterTest.class.getResourceAsStream("/tokenizers/" + name))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<long[]> rows(TokensConverter converter, String text) throws Exception {
    List<ByteBuffer> buffers =
        converter.tensors().stream()
            .map(t -> ByteBuffer.allocate(t.rowBytes()).order(ByteOrder.LITTLE_ENDIAN))
            .toList();
    converter.convert(text, buffers);
    return buffers.stream()
        .map(
            buffer -> {
              assertThat(buffer.hasRemaining()).isFalse();
              long[] row = new long[buffer.capacity() / Long.BYTES];
              buffer.rewind().asLongBuffer().get(row);
              return row;
            })
        .toList();
  }
}
