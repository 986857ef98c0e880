package io.ostinato.jobs.watch;

import io.ostinato.schedule.NamedIteration;
import io.ostinato.schedule.TrainingIteration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The order of checkpoints by age, oldest first; ties are broken by name. */
enum CheckpointOrder {
  /** By the iterations in the names. */
  BY_ITERATION(Comparator.comparing(Age::iteration).thenComparing(Age::modified)),

  /** By modification times; equal times by iterations, if the names have them. */
  BY_TIME(
      Comparator.comparing(Age::modified)
          .thenComparingInt(Age::unit)
          .thenComparing(Age::iteration)
          .thenComparingInt(Age::version));

  private final Comparator<Age> age;

  CheckpointOrder(Comparator<Age> age) {
    this.age = age;
  }

  /**
   * Determines the order: by iteration if the names alone define it, that is, all names have the
   * same form and distinct iterations whose epochs, updates and samples are consistent. Otherwise
   * by time: a number that repeats, or is smaller in a later epoch, counts something else.
   */
  static CheckpointOrder of(Collection<CheckpointFile> files) {
    List<Age> ages = files.stream().map(Age::of).sorted(BY_ITERATION.age).toList();
    for (int i = 1; i < ages.size(); i++) {
      if (!ages.get(i - 1).isNamedBefore(ages.get(i))) {
        return BY_TIME;
      }
    }
    return ages.isEmpty() || ages.get(0).named() == null ? BY_TIME : BY_ITERATION;
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

  /** Whether a checkpoint is certainly older; false if only a name broke the tie. */
  boolean isOlder(CheckpointFile file, CheckpointFile than) {
    Age first = Age.of(file);
    Age second = Age.of(than);
    boolean namesTell = first.isNamedBefore(second) || second.isNamedBefore(first);
    if (namesTell && (this == BY_ITERATION || first.modified().equals(second.modified()))) {
      return first.isNamedBefore(second);
    }
    return first.modified().isBefore(second.modified());
  }

  /**
   * The properties that determine the age of a checkpoint.
   *
   * @param version Lightning's version: it writes {@code last-v1.ckpt} if {@code last.ckpt} exists
   */
  private record Age(CheckpointFile file, @Nullable NamedIteration named, int version) {
    private static final int NO_UNIT = -1;
    private static final Pattern VERSION = Pattern.compile("-v(\\d{1,9})(?:\\.[^.]*)?$");

    static Age of(CheckpointFile file) {
      Matcher version = VERSION.matcher(file.name());
      return new Age(
          file,
          file.iteration().orElse(null),
          version.find() ? Integer.parseInt(version.group(1)) : 0);
    }

    Instant modified() {
      return file.modified();
    }

    int unit() {
      return named == null ? NO_UNIT : named.unit().ordinal();
    }

    /** The iteration in the name, or else the start. */
    TrainingIteration iteration() {
      return named == null ? TrainingIteration.START : named.iteration();
    }

    /** Whether the names define this order; versions only order names with the same iteration. */
    boolean isNamedBefore(Age other) {
      if (named == null || other.named == null) {
        return false;
      }
      return named.equals(other.named)
          ? version < other.version
          : version == other.version && named.isBefore(other.named);
    }
  }
}
