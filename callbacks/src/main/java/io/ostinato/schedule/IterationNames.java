package io.ostinato.schedule;

import io.ostinato.schedule.NamedIteration.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises the iterations that frameworks write into the names of checkpoints. */
final class IterationNames {
  private static final Pattern OWN =
      Pattern.compile("(?<![A-Za-z0-9])" + TrainingIteration.FORM + "(?!\\d)");

  private static final String EPOCH = "(?:epochs?|ep)";

  /** Composer writes ep1-ba200. */
  private static final String UPDATE =
      "(?:(?:global)?steps?|iter(?:s|ations?)?|updates?|(?<=ep\\d{1,9}-)ba)";

  private static final String SAMPLE = "samples";

  private static final String SEPARATOR = "(?:__|--|[-_=. ])?";

  /**
   * Thousands written as 1,000 or, in Python, 1_000; or up to 12 digits, so that millions of them
   * still fit into a long.
   */
  private static final String NUMBER =
      "(\\d{1,3}(?:,\\d{3}){1,3}(?![\\d,])|%s|\\d{1,12})(?:\\.0+(?!\\d))?([km](?![a-z0-9]))?";

  private static final String THOUSANDS = "\\d{1,3}(?:_\\d{3}){1,3}(?!_?\\d)";

  /**
   * Only at the beginning of a name: after other text, 3_100_steps may be the third of something.
   */
  private static final String NUMBER_FIRST = NUMBER.formatted("^" + THOUSANDS);

  /** Followed by no digit, no fraction, and no letter except those of the next unit. */
  private static final String NUMBER_ENDS =
      "(?:(?![a-z0-9]|\\.\\d)|(?=(?:%s|%s|%s)%s\\d))".formatted(EPOCH, UPDATE, SAMPLE, SEPARATOR);

  private static final String YEAR = "(?:19|20)\\d\\d";
  private static final String MONTH = "(?:0[1-9]|1[0-2])";
  private static final String DAY = "(?:0[1-9]|[12]\\d|3[01])";

  /**
   * A day, with or without a time, in any order; or a Unix time since 2011, from seconds to
   * nanoseconds.
   */
  private static final String NO_DATE =
      "(?!(?:%s(?:\\d{4}|\\d{6})?|%s20[1-3]\\d|%s20[1-3]\\d|1[3-9]\\d{8}(?:\\d{3}){0,3})(?!\\d))"
          .formatted(YEAR + MONTH + DAY, DAY + MONTH, MONTH + DAY);

  private static final Map<Unit, Pattern> UNIT_AND_NUMBER =
      Map.of(
          Unit.EPOCH, unitAndNumber(EPOCH, NO_DATE + NUMBER.formatted("(?!)")),
          Unit.UPDATE, unitAndNumber(UPDATE, NUMBER.formatted(THOUSANDS)),
          Unit.SAMPLE, unitAndNumber(SAMPLE, NUMBER.formatted(THOUSANDS)));

  private static final Map<Unit, Pattern> NUMBER_AND_UNIT =
      form(unit -> "(?<![a-z0-9.,])" + NUMBER_FIRST + "[-_ ]?" + unit + "(?![a-z])");

  /** Fairseq's checkpoint_2_500. */
  private static final Pattern EPOCH_AND_UPDATE =
      pattern("(?<![a-z])checkpoint_" + NO_DATE + "(\\d{1,9})_(\\d{1,12})(?![a-z0-9]|[-_.]\\d)");

  /** A metric may follow, as in {@code weights.12-0.35.h5}, but not a second whole number. */
  private static final Pattern WORD_AND_NUMBER =
      pattern(
          "(?:(?<![a-z])(?:checkpoint|ckpt|model|weights|snapshot)[-_=.]?|^net[-_=])"
              + NO_DATE
              + "(\\d{1,12})(?![a-z0-9]|\\.\\d|[-_]of[-_]|[-_]\\d++(?!\\.\\d))");

  private static final Pattern NUMBER_ALONE =
      pattern("^" + NO_DATE + "(\\d{1,12})(?:\\.[a-z][a-z0-9]*)*$");

  /** The value of a metric in a name; v2.1 is a version. */
  private static final Pattern METRIC =
      pattern(
          "(?<==)-?(?:nan|inf)(?![a-z])|(?<![\\d.])(?<!(?<![a-z])v)\\d+\\.\\d+(?:e[-+]?\\d+)?"
              + "(?!\\.?\\d)");

  /** Lightning writes {@code last-v1.ckpt} if {@code last.ckpt} already exists. */
  private static final Pattern VERSION = pattern("-v\\d{1,9}(?=(?:\\.[^.]*)?$)");

  private static final int THOUSAND = 1_000;
  private static final int MILLION = 1_000_000;

  private IterationNames() {}

  static Optional<NamedIteration> findIn(String name) {
    Matcher own = OWN.matcher(name);
    if (own.find()) {
      String form = form(name.substring(0, own.start()) + "#" + name.substring(own.end()));
      return Optional.of(new NamedIteration(TrainingIteration.of(own), Unit.UPDATE, form));
    }
    return withUnits(name).or(() -> epochAndUpdate(name)).or(() -> numberAlone(name));
  }

  /** A number and its position in the name. */
  private record Found(long number, int start, int end) {}

  /** In 3_epochs_100_steps both forms match, the wrong one only once. */
  private static Optional<NamedIteration> withUnits(String name) {
    String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", "_"); // splits globalStep
    Map<Unit, Found> unitFirst = numbers(UNIT_AND_NUMBER, words);
    Map<Unit, Found> numberFirst = numbers(NUMBER_AND_UNIT, words);
    return named(words, unitFirst.size() >= numberFirst.size() ? unitFirst : numberFirst);
  }

  /**
   * Training never has fewer updates than epochs, so 2026_11 is a month. 11_2026 is read as epoch
   * 11, like 9_2026 as epoch 9: months can't be told from epochs here.
   */
  private static Optional<NamedIteration> epochAndUpdate(String name) {
    Matcher matcher = EPOCH_AND_UPDATE.matcher(name);
    if (!matcher.find()) {
      return Optional.empty();
    }
    Found epoch = found(matcher, 1, 1);
    Found update = found(matcher, 2, 1);
    return update.number() < epoch.number()
        ? Optional.empty()
        : named(name, Map.of(Unit.EPOCH, epoch, Unit.UPDATE, update));
  }

  private static Optional<NamedIteration> numberAlone(String name) {
    for (Pattern form : List.of(WORD_AND_NUMBER, NUMBER_ALONE)) {
      Matcher matcher = form.matcher(name);
      if (matcher.find()) {
        return named(name, Map.of(Unit.UNKNOWN, found(matcher, 1, 1)));
      }
    }
    return Optional.empty();
  }

  private static Map<Unit, Found> numbers(Map<Unit, Pattern> form, String name) {
    Map<Unit, Found> numbers = new EnumMap<>(Unit.class);
    form.forEach(
        (unit, pattern) -> {
          Matcher matcher = pattern.matcher(name);
          if (matcher.find()) {
            numbers.put(unit, found(matcher, 1, factor(matcher.group(2))));
          }
        });
    return numbers;
  }

  private static Found found(Matcher matcher, int group, int factor) {
    long number = Long.parseLong(matcher.group(group).replaceAll("[,_]", ""));
    return new Found(number * factor, matcher.start(group), matcher.end(group));
  }

  private static Optional<NamedIteration> named(String name, Map<Unit, Found> numbers) {
    long epoch = numberOf(Unit.EPOCH, numbers);
    if (numbers.isEmpty() || epoch > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    Unit unit =
        List.of(Unit.UPDATE, Unit.SAMPLE, Unit.EPOCH, Unit.UNKNOWN).stream()
            .filter(numbers::containsKey)
            .findFirst()
            .orElseThrow();
    TrainingIteration iteration =
        new TrainingIteration(
            (int) epoch,
            numberOf(unit == Unit.UNKNOWN ? unit : Unit.UPDATE, numbers),
            numberOf(Unit.SAMPLE, numbers));
    StringBuilder form = new StringBuilder(name);
    List<Found> fromTheEnd = new ArrayList<>(numbers.values());
    fromTheEnd.sort(Comparator.comparingInt(Found::start).reversed());
    fromTheEnd.forEach(found -> form.replace(found.start(), found.end(), "#"));
    return Optional.of(new NamedIteration(iteration, unit, form(form.toString())));
  }

  private static long numberOf(Unit unit, Map<Unit, Found> numbers) {
    Found found = numbers.get(unit);
    return found == null ? 0 : found.number();
  }

  private static String form(String name) {
    return VERSION.matcher(METRIC.matcher(name).replaceAll("#")).replaceAll("");
  }

  private static int factor(@Nullable String letter) {
    if (letter == null) {
      return 1;
    }
    return letter.equalsIgnoreCase("k") ? THOUSAND : MILLION;
  }

  private static Pattern unitAndNumber(String unit, String number) {
    return pattern("(?<![a-z])" + unit + SEPARATOR + number + NUMBER_ENDS);
  }

  private static Map<Unit, Pattern> form(UnaryOperator<String> form) {
    return Map.of(
        Unit.EPOCH, pattern(form.apply(EPOCH)),
        Unit.UPDATE, pattern(form.apply(UPDATE)),
        Unit.SAMPLE, pattern(form.apply(SAMPLE)));
  }

  private static Pattern pattern(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }
}
