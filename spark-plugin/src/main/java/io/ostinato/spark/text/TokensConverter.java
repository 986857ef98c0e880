package io.ostinato.spark.text;

import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.EvaluationException;
import io.ostinato.evaluation.MissingClassException;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.resident.ProcessRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StringType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts text, a column of strings, to the tokens of a Hugging Face tokenizer: their ids and an
 * attention mask, which has a one for each token and a zero for padding, and if requested their
 * type ids; each int64 {@code (N, length)}. Longer texts lose their last tokens, shorter ones are
 * padded at the end, and special tokens are added, unless said otherwise. The ids are those of the
 * Python package {@code tokenizers}.
 *
 * <p>Needs DJL's {@code ai.djl.huggingface:tokenizers} on the class path of the driver and of the
 * executors. The tasks of a process share one copy of a tokenizer.
 */
public final class TokensConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;
  private static final Logger log = LoggerFactory.getLogger(TokensConverter.class);

  /** What follows the name of the column in the name of the ids. */
  public static final String IDS = ".input_ids";

  /** What follows the name of the column in the name of the mask. */
  public static final String MASK = ".attention_mask";

  /** What follows the name of the column in the name of the type ids. */
  public static final String TYPES = ".token_type_ids";

  private final String name;
  private final TokenizerFile file;
  private final TokenSettings settings;
  private transient @Nullable LoadedTokenizer loaded;

  private TokensConverter(String name, TokenizerFile file, TokenSettings settings) {
    this.name = name;
    this.file = file;
    this.settings = settings;
  }

  /**
   * Creates a converter.
   *
   * @param name what the names of the tensors begin with
   * @param length number of tokens of each row, including special ones
   * @throws IllegalArgumentException if the length is less than 1
   */
  public static TokensConverter of(String name, TokenizerFile file, int length) {
    return new TokensConverter(name, file, TokenSettings.of(length));
  }

  /**
   * What is missing on the class path of this process to tokenize text, and how to add it; empty if
   * nothing is. Loads no native library.
   */
  public static Optional<String> missingLibrary() {
    return TokenizerLibrary.missing();
  }

  /** The same with type ids as a third tensor. */
  public TokensConverter withTypes() {
    return new TokensConverter(name, file, settings.withTypes());
  }

  /** The same without the special tokens that the tokenizer adds, such as {@code [CLS]}. */
  public TokensConverter withoutSpecialTokens() {
    return new TokensConverter(name, file, settings.withoutSpecialTokens());
  }

  /** The same with padding before the tokens instead of after them. */
  public TokensConverter paddedLeft() {
    return new TokensConverter(name, file, settings.paddedLeft());
  }

  /**
   * The same, but each batch is cut to its longest row before the model receives it, so the length
   * is only the maximum.
   */
  public TokensConverter cutToLongest() {
    return new TokensConverter(name, file, settings.cutToLongest());
  }

  /**
   * The same with another token for padding. By default that of the tokenizer's own padding, or
   * else {@code [PAD]}, {@code <pad>} and the like, or else 0.
   */
  public TokensConverter paddedWith(long id) {
    return new TokensConverter(name, file, settings.paddedWith(id));
  }

  @Override
  public List<TensorKind> tensors() {
    List<TensorKind> tensors = new ArrayList<>();
    for (String part : settings.types() ? List.of(IDS, MASK, TYPES) : List.of(IDS, MASK)) {
      tensors.add(TensorKind.of(name + part, DataType.INT64, settings.length()));
    }
    return tensors;
  }

  @Override
  public Optional<String> mask() {
    return settings.cut() ? Optional.of(name + MASK) : Optional.empty();
  }

  /** Loads the tokenizer into this process, to check it. */
  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    if (!(type instanceof StringType)) {
      return Optional.of("is %s; text must be string".formatted(type.simpleString()));
    }
    return TokenizerLibrary.missing()
        .or(this::mistakeOfTokenizer)
        .map("can't be tokenized: "::concat);
  }

  private Optional<String> mistakeOfTokenizer() {
    LoadedTokenizer.Tokens none;
    try {
      none = LoadedTokenizer.whole(file, settings.special()).tokens("");
    } catch (EvaluationException e) {
      return Optional.of(e.problem());
    }
    int special = none.ids().length;
    if (settings.length() <= special) {
      return Optional.of(
          "a length of %s leaves no room for text, because the tokenizer adds %s special tokens; use"
                  .formatted(settings.length(), special)
              + " a greater length");
    }
    logReplaced();
    return Optional.empty();
  }

  private void logReplaced() {
    if (!file.replaced().isEmpty()) {
      log.info(
          "text '{}': {} instead of the settings in tokenizer.json, {}",
          name,
          settings,
          String.join(", ", file.replaced()));
    }
    if (settings.padding() == null && !file.padding().isKnown()) {
      log.warn("text '{}': the tokenizer has no token for padding; rows are padded with 0", name);
    }
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) {
    LoadedTokenizer.Tokens tokens = tokenizer().tokens((String) value);
    long[] ones = new long[tokens.ids().length];
    Arrays.fill(ones, 1);
    PaddingToken padding = file.padding();
    @Nullable Long own = settings.padding();
    put(tensors.get(0), tokens.ids(), own == null ? padding.id() : own);
    put(tensors.get(1), ones, 0);
    if (settings.types()) {
      put(tensors.get(2), tokens.types(), padding.type());
    }
  }

  private void put(ByteBuffer tensor, long[] tokens, long padding) {
    int missing = settings.length() - tokens.length;
    int before = settings.left() ? missing : 0;
    for (int i = 0; i < settings.length(); i++) {
      boolean isToken = i >= before && i < before + tokens.length;
      tensor.putLong(isToken ? tokens[i - before] : padding);
    }
  }

  private LoadedTokenizer tokenizer() {
    LoadedTokenizer tokenizer = loaded;
    if (tokenizer == null) {
      TokenizerLibrary.missing()
          .ifPresent(
              missing -> {
                throw new MissingClassException(
                    TokenizerLibrary.CLASS, new ClassNotFoundException(missing));
              });
      tokenizer =
          ProcessRegistry.ofThisProcess()
              .natives()
              .get(
                  "%s %s %s".formatted(file.hash(), settings.special(), settings.length()),
                  LoadedTokenizer.class,
                  () -> LoadedTokenizer.truncating(file, settings.special(), settings.length()));
      loaded = tokenizer;
    }
    return tokenizer;
  }
}
