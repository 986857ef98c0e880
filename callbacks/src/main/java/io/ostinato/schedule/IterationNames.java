package io.ostinato.schedule;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How frameworks write iterations into the names of their checkpoints. */
final class IterationNames {
  private static final Pattern OWN =
      Pattern.compile("(?<![A-Za-z0-9])" + TrainingIteration.FORM + "(?!\\d)");

  private static final String EPOCH = "(?:epochs?|ep)";

  /** Composer writes ep1-ba200. */
  private static final String UPDATE =
      "(?:(?:global)?steps?|iter(?:s|ations?)?|updates?|(?<=ep\\d{1,9}-)ba)";

  private static final String SAMPLE = "samples";

  private static final String SEPARATOR = "(?:__|--|[-_=. ])?";

  /** At most 12 digits, so that thousands and millions of it are a long. */
  private static final String NUMBER = "(\\d{1,12})(?:\\.0+(?!\\d))?([km](?![a-z0-9]))?";

  /** No digit, no letter but those of the next unit, and no fraction. */
  private static final String NUMBER_ENDS =
      "(?:(?![a-z0-9]|\\.\\d)|(?=(?:%s|%s|%s)%s\\d))".formatted(EPOCH, UPDATE, SAMPLE, SEPARATOR);

  /** A day, with or without a time. */
  private static final String NO_DATE =
      "(?!(?:19|20)\\d\\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])(?:\\d{4}|\\d{6})?(?!\\d))";

  private static final Map<IntervalType, Pattern> UNIT_AND_NUMBER =
      form(unit -> "(?<![a-z])" + unit + SEPARATOR + NUMBER + NUMBER_ENDS);

  private static final Map<IntervalType, Pattern> NUMBER_AND_UNIT =
      form(unit -> "(?<![a-z0-9.])" + NUMBER + "[-_ ]?" + unit + "(?![a-z])");

  /** Fairseq's checkpoint_2_500. */
  private static final Pattern EPOCH_AND_UPDATE =
      pattern("(?<![a-z])checkpoint_" + NO_DATE + "(\\d{1,9})_(\\d{1,12})(?![a-z0-9]|[-_.]\\d)");

  /** A metric may follow, as in {@code weights.12-0.35.h5}, but no second number of that kind. */
  private static final Pattern WORD_AND_NUMBER =
      pattern(
          "(?:(?<![a-z])(?:checkpoint|ckpt|model|weights|snapshot)[-_=.]?|^net[-_=])"
              + NO_DATE
              + "(\\d{1,12})(?![a-z0-9]|\\.\\d|[-_]of[-_]|[-_]\\d++(?!\\.\\d))");

  private static final Pattern NUMBER_ALONE =
      pattern("^" + NO_DATE + "(\\d{1,12})(?:\\.[a-z][a-z0-9]*)*$");

  private static final int THOUSAND = 1_000;
  private static final int MILLION = 1_000_000;

  private IterationNames() {}

  static Optional<NamedIteration> findIn(String name) {
    Matcher own = OWN.matcher(name);
    if (own.find()) {
      return Optional.of(new NamedIteration(TrainingIteration.of(own), IntervalType.UPDATE));
    }
    return withUnits(name).or(() -> epochAndUpdate(name)).or(() -> updateAlone(name));
  }

  /** In 3_epochs_100_steps both forms are found, the wrong one once only. */
  private static Optional<NamedIteration> withUnits(String name) {
    String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_"); // globalStep is two
    Map<IntervalType, Long> unitFirst = numbers(UNIT_AND_NUMBER, words);
    Map<IntervalType, Long> numberFirst = numbers(NUMBER_AND_UNIT, words);
    return named(unitFirst.size() >= numberFirst.size() ? unitFirst : numberFirst);
  }

  private static Optional<NamedIteration> epochAndUpdate(String name) {
    Matcher matcher = EPOCH_AND_UPDATE.matcher(name);
    return matcher.find()
        ? named(
            Map.of(
                IntervalType.EPOCH, Long.parseLong(matcher.group(1)),
                IntervalType.UPDATE, Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  private static Optional<NamedIteration> updateAlone(String name) {
    for (Pattern form : List.of(WORD_AND_NUMBER, NUMBER_ALONE)) {
      Matcher matcher = form.matcher(name);
      if (matcher.find()) {
        return named(Map.of(IntervalType.UPDATE, Long.parseLong(matcher.group(1))));
      }
    }
    return Optional.empty();
  }

  private static Map<IntervalType, Long> numbers(Map<IntervalType, Pattern> form, String name) {
    Map<IntervalType, Long> numbers = new EnumMap<>(IntervalType.class);
    form.forEach(
        (unit, pattern) -> {
          Matcher matcher = pattern.matcher(name);
          if (matcher.find()) {
            numbers.put(unit, Long.parseLong(matcher.group(1)) * factor(matcher.group(2)));
          }
        });
    return numbers;
  }

  private static Optional<NamedIteration> named(Map<IntervalType, Long> numbers) {
    long epoch = numbers.getOrDefault(IntervalType.EPOCH, 0L);
    if (numbers.isEmpty() || epoch > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    TrainingIteration iteration =
        new TrainingIteration(
            (int) epoch,
            numbers.getOrDefault(IntervalType.UPDATE, 0L),
            numbers.getOrDefault(IntervalType.SAMPLE, 0L));
    for (IntervalType unit : List.of(IntervalType.UPDATE, IntervalType.SAMPLE)) {
      if (numbers.containsKey(unit)) {
        return Optional.of(new NamedIteration(iteration, unit));
      }
    }
    return Optional.of(new NamedIteration(iteration, IntervalType.EPOCH));
  }

  private static int factor(@Nullable String letter) {
    if (letter == null) {
      return 1;
    }
    return letter.equalsIgnoreCase("k") ? THOUSAND : MILLION;
  }

  private static Map<IntervalType, Pattern> form(UnaryOperator<String> form) {
    return Map.of(
        IntervalType.EPOCH, pattern(form.apply(EPOCH)),
        IntervalType.UPDATE, pattern(form.apply(UPDATE)),
        IntervalType.SAMPLE, pattern(form.apply(SAMPLE)));
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
