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

/** The order of checkpoints by their age, the oldest first; names break ties. */
enum CheckpointOrder {
  /** By the iterations in the names. */
  BY_ITERATION(Comparator.comparing(Age::iteration).thenComparing(Age::modified)),

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

  /**
   * By iteration if the names alone tell the order: all have the same form, each has an iteration
   * of its own, and epochs, updates and samples agree. By time else: a number that comes again, or
   * is smaller in a later epoch, is one of another count.
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

  /** Whether a checkpoint is older for certain: a name that breaks a tie tells nothing. */
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
   * What tells how old a checkpoint is.
   *
   * @param version Lightning's: {@code last-v1.ckpt} is written where there is a {@code last.ckpt}
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

    /** Without one in the name that before the first. */
    TrainingIteration iteration() {
      return named == null ? TrainingIteration.START : named.iteration();
    }

    /** Versions tell an order of those with the same iteration only. */
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
