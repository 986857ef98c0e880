package io.ostinato.tracking;

import io.ostinato.metric.Direction;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The directions that keys imply, used if nothing else declares one: for metrics of users and other
 * programs, and for files of runs whose callbacks aren't known.
 *
 * <p>Well-known words are matched against whole runs of letters and digits in a key, so {@code
 * loss/test/total} and {@code val_loss} are losses, and {@code lossless_rate} is not. The metric's
 * name is searched first: the part before the first slash, and there before the first dot, which is
 * followed by the name of a model output. The part after the slash, which can contain the name of a
 * dataset, is searched only if the first part gives no result.
 */
final class KeyDirections {
  private static final Pattern NEUTRAL =
      Pattern.compile(
          "(optim|train_time|param_count|ds_stats|peak_memory|outputs|gradient|weight|loss_weight"
              + "|profiler|ctx|detach|failed_evaluations|skipped_evaluations)/.*|evaluation_lag");
  private static final Pattern LOWER =
      words(
          "loss|lossdiff|error|err|rmse|mse|mae|mape|perplexity|nll|brier|ece|relative_l2"
              + "|cross_entropy");
  private static final Pattern HIGHER =
      words(
          "accuracy|acc|exact_match|f1|f[0-9.]+(?:e-?[0-9]+)?_(?:micro|macro|weighted|binary"
              + "|class_[0-9]+)|fbeta|f_beta|auc|auroc|ap|map|precision|recall|hit_rate|mrr|r2"
              + "|pearson|mcc|iou|dice|bleu|rouge|psnr|ssim");

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
