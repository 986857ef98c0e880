package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The saved metrics of the TorchScript file are those that PyTorch computes in Python. */
class NoteNumbersTest {
  private static final Path OF_PYTORCH = Path.of("data", "digits.json");

  /** What is between a key and its value: spaces, quotation marks, or a tab in JSON. */
  private static final String BETWEEN = "(?:\\\\t|\\W)+";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jupyter/4-evaluate-a-checkpoint.ipynb",
        "pyspark/4-evaluate-a-checkpoint.ipynb",
        "zeppelin/4-evaluate-a-checkpoint.zpln"
      })
  void metricsAreThoseOfPyTorch(String note) throws Exception {
    JsonObject metrics = JsonParser.parseString(Files.readString(OF_PYTORCH)).getAsJsonObject();
    assertThat(Files.readString(Path.of(note)))
        .containsPattern("accuracy" + BETWEEN + rounded(metrics, "accuracy"))
        .containsPattern("(log_loss|cross_entropy)" + BETWEEN + rounded(metrics, "log_loss"));
  }

  private static String rounded(JsonObject metrics, String key) {
    BigDecimal value = metrics.get(key).getAsBigDecimal().round(new MathContext(4));
    return value.stripTrailingZeros().toPlainString().replace(".", "\\.") + "\\b";
  }
}
