package io.ostinato.tracking;

import io.ostinato.metric.Direction;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a key alone tells about its metric, where nobody says more: for metrics of users, for those
 * of other programs, and for files of runs whose callbacks aren't known.
 *
 * <p>Words of the field are found in a key as its letters and digits between other characters, so
 * {@code loss/test/total} and {@code val_loss} are losses, and {@code lossless_rate} is not. They
 * are looked for before the first slash, where the metric's name is, and there before the first
 * dot, behind which an output of the model has any name; behind the slash, where a dataset may have
 * any name, only if that says nothing.
 */
final class KeyDirections {
  private static final Pattern NEUTRAL =
      Pattern.compile(
          "(optim|train_time|param_count|ds_stats|peak_memory|outputs|gradient|weight|loss_weight"
              + "|profiler|ctx|detach)/.*");
  private static final Pattern LOWER =
      words(
          "loss|lossdiff|error|err|rmse|mse|mae|mape|perplexity|nll|brier|ece|relative_l2"
              + "|cross_entropy");
  private static final Pattern HIGHER =
      words(
          "accuracy|acc|f1|f[0-9.]+(?:e-?[0-9]+)?_(?:micro|macro|weighted|binary)|fbeta|f_beta|auc"
              + "|auroc|ap|map|precision|recall|r2|pearson|mcc|iou|dice|bleu|rouge|psnr|ssim");

  private KeyDirections() {}

  static Optional<Direction> of(String key) {
    if (NEUTRAL.matcher(key).matches()) {
      return Optional.of(Direction.NEUTRAL);
    }
    int slash = key.indexOf('/');
    String name = slash < 0 ? key : key.substring(0, slash);
    return ofWords(name.substring(0, (name + ".").indexOf('.')))
        .or(() -> ofWords(name))
        .or(() -> ofWords(key.substring(name.length())));
  }

  private static Optional<Direction> ofWords(String text) {
    if (LOWER.matcher(text).find()) {
      return Optional.of(Direction.LOWER_IS_BETTER);
    }
    return HIGHER.matcher(text).find() ? Optional.of(Direction.HIGHER_IS_BETTER) : Optional.empty();
  }

  private static Pattern words(String alternatives) {
    return Pattern.compile(
        "(?<![a-z0-9])(" + alternatives + ")(?![a-z0-9])", Pattern.CASE_INSENSITIVE);
  }
}
