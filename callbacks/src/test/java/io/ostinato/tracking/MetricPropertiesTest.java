package io.ostinato.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ostinato.metric.Direction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricPropertiesTest {
  private final MetricProperties defaults = MetricProperties.defaults();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "loss/test/total",
        "loss/online/softmax_cross_entropy/E1",
        "val_loss",
        "lossdiff/test/l2",
        "error/test",
        "top_1_error",
        "rmse/test",
        "mse/test",
        "mae/test",
        "mape/test",
        "perplexity/test",
        "nll/test",
        "test-loss",
        "Loss",
        "brier/test",
        "calibration_error/test",
        "relative_l2/test",
        "log_loss/test",
        "error_p95/test",
        "loss/test/at_best/accuracy/test",
        "error/accuracy_set",
        "loss/f1/softmax_cross_entropy",
        "online/loss/mean"
      })
  void errorLikeNamesAreBetterWhenLower(String key) {
    assertThat(defaults.direction(key)).contains(Direction.LOWER_IS_BETTER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "accuracy/test",
        "top_5_accuracy/test",
        "accuracy/test.ema=0.999",
        "f1_macro/test",
        "precision_micro/test",
        "recall_weighted/test",
        "roc_auc/test",
        "average_precision/test",
        "r2/test",
        "pearson/test",
        "accuracy/test/at_best/loss/test",
        "accuracy/error_cases",
        "accuracy.error_head/test",
        "f1_macro.loss/test",
        "f1_macro/loss-free",
        "roc_auc/mae.ema=0.9",
        "f2_macro/test",
        "f0.5_weighted/error",
        "f1.0E-4_binary/test",
        "val/accuracy"
      })
  void scoresAreBetterWhenHigher(String key) {
    assertThat(defaults.direction(key)).contains(Direction.HIGHER_IS_BETTER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optim/lr/all",
        "train_time/forward/mean/E1",
        "param_count/model/trainable",
        "ds_stats/test/len",
        "peak_memory/host",
        "outputs/loss/mean/E1",
        "gradient/norm/all",
        "weight/norm/loss",
        "loss_weight/divergence",
        "profiler/loss/ms",
        "ctx/accuracy",
        "detach/error"
      })
  void whatTrainingTellsAboutItselfIsNeutral(String key) {
    assertThat(defaults.direction(key)).contains(Direction.NEUTRAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lossless_rate",
        "closs",
        "glossary/size",
        "zeta",
        "terror/test",
        "f16/test",
        "f2/test",
        ""
      })
  void otherNamesAreNotKnown(String key) {
    assertThat(defaults.direction(key)).isEmpty();
  }

  @Test
  void usersPatternsComeFirstAndTheLastAddedFirstOfAll() {
    MetricProperties mine =
        defaults
            .higherIsBetter("loss/*")
            .lowerIsBetter("loss/test/?")
            .neutral("accuracy/train")
            .higherIsBetter("a.b+c");
    assertThat(mine.direction("loss/dev/x")).contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("loss/test/x")).contains(Direction.LOWER_IS_BETTER);
    assertThat(mine.direction("loss/test/xy")).contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("accuracy/train")).contains(Direction.NEUTRAL);
    assertThat(mine.direction("accuracy/test")).contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("a.b+c")).contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("aXb+c")).as("a dot is a dot").isEmpty();
    assertThat(defaults.direction("loss/dev/x"))
        .as("is as it was")
        .contains(Direction.LOWER_IS_BETTER);
    assertThat(MetricProperties.none().direction("loss/test")).isEmpty();
  }

  @Test
  void usersPatternsComeBeforeWhatWritersSayAndThatBeforeTheKey() {
    MetricProperties mine =
        defaults
            .lowerIsBetter("speed/dev|rank/*")
            .withWritten(
                List.of(
                    Map.of("speed/*", Direction.HIGHER_IS_BETTER),
                    Map.of(
                        "my_loss/test", Direction.HIGHER_IS_BETTER, "rank/a?", Direction.NEUTRAL),
                    Map.of("speed/test", Direction.NEUTRAL)))
            .neutral("optim/*");
    assertThat(mine.direction("speed/test"))
        .as("the first that says something")
        .contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("speed/test/at_best/my_loss/test"))
        .contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("speed/dev")).contains(Direction.LOWER_IS_BETTER);
    assertThat(mine.direction("rank/a?")).contains(Direction.LOWER_IS_BETTER);
    assertThat(mine.direction("my_loss/test")).contains(Direction.HIGHER_IS_BETTER);
    assertThat(mine.direction("my_loss/dev")).contains(Direction.LOWER_IS_BETTER);
    MetricProperties written =
        MetricProperties.none().withWritten(List.of(Map.of("rank/a?", Direction.NEUTRAL)));
    assertThat(written.direction("rank/a?")).contains(Direction.NEUTRAL);
    assertThat(written.direction("rank/ab")).as("only * stands for others").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"zeta,it isn't known", "optim/lr/all,which is neutral"})
  void decidingNeedsADirection(String key, String why) {
    assertThatThrownBy(() -> defaults.directionForDecision(key, "stopper"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("callback 'stopper' decides by the metric '" + key + "'")
        .hasMessageContaining(why)
        .hasMessageContaining("higherIsBetter(\"" + key + "\")");
    assertThat(defaults.directionForDecision("accuracy/test", "stopper"))
        .isEqualTo(Direction.HIGHER_IS_BETTER);
  }
}
