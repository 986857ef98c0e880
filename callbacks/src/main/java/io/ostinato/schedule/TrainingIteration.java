package io.ostinato.schedule;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The progress of training, written as {@code E1_U10_S100}.
 *
 * @param epoch full epochs completed
 * @param update optimizer steps completed
 * @param sample samples trained on
 */
public record TrainingIteration(int epoch, long update, long sample)
    implements Serializable, Comparable<TrainingIteration> {

  /** Before the first update. */
  public static final TrainingIteration START = new TrainingIteration(0, 0, 0);

  static final Pattern FORM = Pattern.compile("E(\\d{1,9})_U(\\d{1,18})_S(\\d{1,18})");

  public TrainingIteration {
    if (epoch < 0 || update < 0 || sample < 0) {
      throw new IllegalArgumentException(
          "an iteration counts from 0; given: epoch %s, update %s, sample %s"
              .formatted(epoch, update, sample));
    }
  }

  /**
   * Reads {@code E1_U10_S100}.
   *
   * @throws IllegalArgumentException if the text doesn't have this form
   */
  public static TrainingIteration parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' is not an iteration; expected the form E1_U10_S100".formatted(text));
    }
    return of(matcher);
  }

  /** The iteration in the name of a checkpoint, if any; {@link NamedIteration} lists the forms. */
  public static Optional<TrainingIteration> findIn(String name) {
    return NamedIteration.findIn(name).map(NamedIteration::iteration);
  }

  static TrainingIteration of(Matcher matcher) {
    return new TrainingIteration(
        Integer.parseInt(matcher.group(1)),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)));
  }

  @Override
  public int compareTo(TrainingIteration other) {
    return Comparator.comparingLong(TrainingIteration::update)
        .thenComparingLong(TrainingIteration::sample)
        .thenComparingInt(TrainingIteration::epoch)
        .compare(this, other);
  }

  @Override
  public String toString() {
    return "E" + epoch + "_U" + update + "_S" + sample;
  }
}
