package io.ostinato.jobs.watch;

import io.ostinato.schedule.IntervalType;
import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The order of checkpoints by their age, the oldest first; names break ties. */
enum CheckpointOrder {
  /** By the iterations in the names; the same one twice by times. */
  BY_ITERATION(
      Comparator.comparing(Age::iteration)
          .thenComparing(Age::modified)
          .thenComparingInt(Age::version)),

  /** By times of modification; the same time by iterations where names have them. */
  BY_TIME(
      Comparator.comparing(Age::modified)
          .thenComparingInt(Age::unit)
          .thenComparing(Age::iteration)
          .thenComparingInt(Age::version));

  private final Comparator<Age> age;

  CheckpointOrder(Comparator<Age> age) {
    this.age = age;
  }

  /** By iteration if all names tell one, counted in the same unit; by time else. */
  static CheckpointOrder of(Collection<CheckpointFile> files) {
    List<Optional<IntervalType>> units =
        files.stream()
            .map(file -> file.iteration().map(NamedIteration::unit))
            .distinct()
            .limit(2)
            .toList();
    return units.size() == 1 && units.get(0).isPresent() ? BY_ITERATION : BY_TIME;
  }

  List<CheckpointFile> sort(Stream<CheckpointFile> files) {
    return files
        .map(Age::of)
        .sorted(
            age.thenComparing(each -> each.file().name())
                .thenComparingLong(each -> each.file().bytes()))
        .map(Age::file)
        .toList();
  }

  /** Whether a checkpoint is older for certain: a name that breaks a tie tells nothing. */
  boolean isOlder(CheckpointFile file, CheckpointFile than) {
    Age first = Age.of(file);
    Age second = Age.of(than);
    boolean comparable =
        !first.modified().equals(second.modified())
            || first.unit() != Age.NO_UNIT && first.unit() == second.unit();
    return comparable && age.compare(first, second) < 0;
  }

  /**
   * What tells how old a checkpoint is.
   *
   * @param unit a number for the unit of the iteration, or {@link #NO_UNIT}
   * @param iteration the one in the name; without one that before the first
   * @param version Lightning's: {@code last-v1.ckpt} is written where there is a {@code last.ckpt}
   */
  private record Age(CheckpointFile file, int unit, TrainingIteration iteration, int version) {
    static final int NO_UNIT = -1;
    private static final Pattern VERSION = Pattern.compile("-v(\\d{1,9})(?:\\.[^.]*)?$");

    static Age of(CheckpointFile file) {
      Optional<NamedIteration> named = file.iteration();
      Matcher version = VERSION.matcher(file.name());
      return new Age(
          file,
          named.map(each -> each.unit().ordinal()).orElse(NO_UNIT),
          named.map(NamedIteration::iteration).orElse(TrainingIteration.START),
          version.find() ? Integer.parseInt(version.group(1)) : 0);
    }

    Instant modified() {
      return file.modified();
    }
  }
}
