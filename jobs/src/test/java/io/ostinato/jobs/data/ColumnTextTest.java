package io.ostinato.jobs.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ColumnTextTest {
  private static final Map<String, String> SHARED =
      Map.of("tokenizer", "it's/tokenizer.json", "labels", "labels.txt");

  @Test
  void aConversionFollowsTheNameOfTheColumn() {
    assertThat(parse("text:tokens:128"))
        .isEqualTo(tokens("text", 128, "it's/tokenizer.json", false, TokensConversion.Side.RIGHT));
    assertThat(parse("a:b:tokens+types:8,side=left,tokenizer=hdfs://n:1/t.json"))
        .isEqualTo(tokens("a:b", 8, "hdfs://n:1/t.json", true, TokensConversion.Side.LEFT));
    assertThat(parse("ids:pad:64,value=-100,mask=true"))
        .isEqualTo(
            new ConvertedSpec(
                "ids",
                new PadConversion(64, -100, NumberType.INT64, true, false, Padding.MAX_LENGTH)));
    assertThat(parse("label:class"))
        .isEqualTo(
            new ConvertedSpec(
                "label", new ClassConversion(List.of("labels.txt"), NumberType.INT64)));
    assertThat(parse("class:class:cat,dog"))
        .isEqualTo(
            new ConvertedSpec(
                "class", new ClassConversion(List.of("cat", "dog"), NumberType.INT64)));
    assertThat(parse("label:class:labels=[cat, dog],type=int32"))
        .isEqualTo(
            new ConvertedSpec(
                "label", new ClassConversion(List.of("cat", "dog"), NumberType.INT32)));
    assertThat(parse("y:one_hot:10"))
        .isEqualTo(
            new ConvertedSpec(
                "y", new OneHotConversion(new HotClasses(10, List.of(), NumberType.FLOAT32))));
    assertThat(parse("y:multi_hot"))
        .isEqualTo(
            new ConvertedSpec(
                "y",
                new MultiHotConversion(
                    new HotClasses(null, List.of("labels.txt"), NumberType.FLOAT32))));
  }

  @Test
  void imagesHaveAShapeAndTransforms() {
    ColumnText parser =
        new ColumnText("--input", Map.of("transform", "resize:8x9,to_tensor,normalize:half"));
    assertThat(parser.parse("a:image:image:3,8,9"))
        .isEqualTo(
            new ConvertedSpec(
                "a:image",
                new ImageConversion(
                    List.of(3L, 8L, 9L), List.of("resize:8x9,to_tensor,normalize:half"))));
    assertThat(parser.parse("image:image:transform=[center_crop:4, to_tensor]"))
        .isEqualTo(
            new ConvertedSpec(
                "image", new ImageConversion(List.of(), List.of("center_crop:4", "to_tensor"))));
    assertThat(parser.parse("m:mask:8,9"))
        .isEqualTo(
            new ConvertedSpec(
                "m",
                new MaskConversion(
                    List.of(8L, 9L), List.of("resize:8x9,to_tensor,normalize:half"))));
    assertThatThrownBy(() -> parser.parse("m:mask:9,8"))
        .hasMessageContaining("are int64 (8, 9); they can't have the shape [9, 8]");
    assertThatThrownBy(() -> parser.parse("x:image:3,9,8"))
        .hasMessageContaining("which can't have the shape [3, 9, 8]");
    assertThatThrownBy(() -> parse("x:image"))
        .hasMessageContaining("the size of images after 'to_tensor' depends on the image");
  }

  @Test
  void aDataTypeMeansATensorWhateverTheColumnIsCalled() {
    assertThat(parse("a:pad:int64")).isEqualTo(new TensorSpec("a:pad", DataType.INT64, List.of()));
    assertThat(parse("tokens:float32:2"))
        .isEqualTo(new TensorSpec("tokens", DataType.FLOAT32, List.of(2L)));
  }

  @Test
  void mistakesNameTheOptionAndTheKey() {
    refused("text:tokens", "'length' is missing: Number of tokens of each row");
    refused("text:tokens:0", "'length' must be at least 1; given: 0");
    refused("text:tokens:many", "'length' must be a whole number; given: 'many'");
    refused("text:tokens:8,sid=left", "unknown key 'sid'; did you mean 'side'?");
    refused(":tokens:8", "--input :tokens:8: the column is missing");
    refused("y:one_hot:3,labels=l.txt", "remove one of them");
    refused("ids:pad:8,padding=longest", "padding=longest requires a mask");
    refused(
        "text:token:8",
        "or a conversion, one of class, image, mask, multi_hot, one_hot, pad, tokens");
    assertThatThrownBy(() -> new ColumnText("--input", Map.of()).parse("text:tokens:8"))
        .hasMessageContaining("'tokenizer' is missing: The `tokenizer.json`");
    assertThatThrownBy(() -> new ColumnText("--label", Map.of()).parse("y:multi_hot"))
        .hasMessageContaining("specify the number of classes");
  }

  private static ConvertedSpec tokens(
      String column, int length, String tokenizer, boolean types, TokensConversion.Side side) {
    return new ConvertedSpec(
        column,
        new TokensConversion(length, tokenizer, types, true, Padding.MAX_LENGTH, side, null));
  }

  private static ColumnSpec parse(String text) {
    return new ColumnText("--input", SHARED).parse(text);
  }

  private static void refused(String text, String problem) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }
}
