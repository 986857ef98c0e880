package io.ostinato.jobs.data;

import io.ostinato.describe.Checked;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.text.TokenizerFile;
import io.ostinato.spark.text.TokensConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Text as the tokens of a Hugging Face tokenizer. */
@Kind(
    name = "tokens",
    value =
        "Text as tokens of a Hugging Face tokenizer: two tensors, int64, whose names end with"
            + " `.input_ids` and `.attention_mask`.")
record TokensConversion(
    @Key(
            value =
                "Number of tokens of each row, including special ones; longer texts are truncated.",
            atLeast = 1)
        int length,
    @Key("The `tokenizer.json`, on any file system that Hadoop supports.") String tokenizer,
    @Key(value = "Whether there is a third tensor, `.token_type_ids`.", byDefault = "false")
        boolean types,
    @Key(
            value = "Whether the special tokens of the tokenizer, such as `[CLS]`, are added.",
            byDefault = "true")
        boolean special,
    @Key(value = Padding.MEANING, byDefault = "max_length") Padding padding,
    @Key(value = "Side of the padding.", byDefault = "right") Side side,
    @Key(
            value = "Id of the token for padding.",
            optional = true,
            otherwise = "that of the tokenizer",
            atLeast = 0)
        @Nullable Long padId)
    implements Conversion, Checked {

  /** The sides of a row. */
  enum Side {
    RIGHT,
    LEFT
  }

  @Override
  public void check() {
    TokensConverter.missingLibrary()
        .ifPresent(
            missing -> {
              throw new IllegalArgumentException("text can't be tokenized: " + missing);
            });
  }

  @Override
  public List<String> names(String name) {
    List<String> names = List.of(name + TokensConverter.IDS, name + TokensConverter.MASK);
    return types ? List.of(names.get(0), names.get(1), name + TokensConverter.TYPES) : names;
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    TokensConverter converter = TokensConverter.of(name, file(files), length);
    converter = types ? converter.withTypes() : converter;
    converter = special ? converter : converter.withoutSpecialTokens();
    converter = side == Side.LEFT ? converter.paddedLeft() : converter;
    converter = padding == Padding.LONGEST ? converter.cutToLongest() : converter;
    return padId == null ? converter : converter.paddedWith(padId);
  }

  private TokenizerFile file(Configuration files) {
    byte[] content = DataFile.read("tokenizer", tokenizer, files);
    try {
      return TokenizerFile.of(content);
    } catch (IllegalArgumentException e) {
      throw DataFile.refused("tokenizer", tokenizer, String.valueOf(e.getMessage()), e);
    }
  }
}
