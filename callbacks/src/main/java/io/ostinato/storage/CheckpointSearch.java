package io.ostinato.storage;

import io.ostinato.schedule.TrainingIteration;
import io.ostinato.storage.Sidecar.DataFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds whole checkpoints among those that may be damaged. Changes nothing. */
record CheckpointSearch(RunFiles files, DataFiles data, Sidecars sidecars) {
  /** More than any tag has. */
  private static final int MOST_MARK_BYTES = 4096;

  private static final int MOST_SHOWN = 60;

  /** The end of the tags of checkpoints saved after a failure, which a callback may have missed. */
  private static final String ERROR = ".error";

  /** The tags of all checkpoints of which anything is left, sorted. */
  List<String> tags() {
    TreeSet<String> tags = new TreeSet<>();
    for (String name : files.list()) {
      String tag =
          name.endsWith(CheckpointNames.SIDECAR)
              ? name.substring(0, name.length() - CheckpointNames.SIDECAR.length())
              : CheckpointNames.tagOf(name);
      if (!tag.equals(name) && CheckpointNames.isTag(tag)) {
        tags.add(tag);
      }
    }
    return List.copyOf(tags);
  }

  /** The iterations of the checkpoints whose files are all there, by tag. */
  Map<String, TrainingIteration> iterations() {
    Set<String> names = Set.copyOf(files.list());
    Map<String, TrainingIteration> iterations = new TreeMap<>();
    for (String tag : tags()) {
      readable(tag)
          .filter(sidecar -> sidecar.files().stream().allMatch(file -> isAmong(names, file)))
          .ifPresent(sidecar -> iterations.put(tag, sidecar.trainingIteration()));
    }
    return iterations;
  }

  private static boolean isAmong(Set<String> names, DataFile file) {
    return names.contains(file.name()) || names.contains(file.name() + DataFiles.NEXT);
  }

  /** Why a checkpoint can't be loaded; empty if it is whole. Reads all its files. */
  Optional<String> problemOf(String tag) {
    if (!files.exists(tag + CheckpointNames.SIDECAR)) {
      return Optional.of("its sidecar '%s' is missing".formatted(tag + CheckpointNames.SIDECAR));
    }
    try {
      return sidecars.find(tag).flatMap(sidecar -> problemOf(tag, sidecar));
    } catch (StorageException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> problemOf(String tag, Sidecar sidecar) {
    if (sidecar.files().stream()
        .noneMatch(file -> file.name().equals(CheckpointNames.weights(tag)))) {
      return Optional.of(
          "its sidecar '%s' is that of another checkpoint: it doesn't list '%s'"
              .formatted(tag + CheckpointNames.SIDECAR, CheckpointNames.weights(tag)));
    }
    for (DataFile file : sidecar.files()) {
      Optional<String> problem = data.problemOf(file);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  /**
   * The checkpoint that {@code latest} names if it is whole, otherwise the whole one with the
   * highest iteration from which training can resume. One that was saved after a failure is taken
   * only if there is no other.
   */
  NewestCheckpoint newest() {
    List<String> passedOver = new ArrayList<>();
    Optional<String> marked = marked(CheckpointNames.LATEST, passedOver);
    Optional<String> problem = marked.flatMap(this::problemToResume);
    if (marked.isPresent() && problem.isEmpty()) {
      return new NewestCheckpoint(marked, List.of());
    }
    problem.ifPresent(reason -> passedOver.add(passedOver(marked.orElseThrow(), reason)));
    List<String> others = othersThan(marked);
    for (String tag : others) {
      Optional<String> reason = problemOf(tag);
      if (reason.isEmpty()) {
        return new NewestCheckpoint(Optional.of(tag), passedOver);
      }
      passedOver.add(passedOver(tag, reason.get()));
    }
    boolean isEmpty = others.isEmpty() && !isThere(CheckpointNames.LATEST);
    return new NewestCheckpoint(Optional.empty(), isEmpty ? List.of() : passedOver);
  }

  /** The tags of other checkpoints that may be of trainings, the newest first. */
  private List<String> othersThan(Optional<String> marked) {
    return tags().stream()
        .filter(tag -> !marked.equals(Optional.of(tag)) && !isOfWeights(tag))
        .map(tag -> new Candidate(tag, iterationOf(tag)))
        .sorted(Candidate.BY_AGE.reversed())
        .map(Candidate::tag)
        .toList();
  }

  private record Candidate(String tag, TrainingIteration iteration) {
    static final Comparator<Candidate> BY_AGE =
        Comparator.comparing((Candidate one) -> !one.tag.endsWith(ERROR))
            .thenComparing(Candidate::iteration)
            .thenComparing(one -> one.tag.length(), Comparator.reverseOrder());
  }

  private static String passedOver(String tag, String reason) {
    return "checkpoint '%s': %s".formatted(tag, reason);
  }

  private Optional<String> problemToResume(String tag) {
    return isOfWeights(tag) ? Optional.of("it has weights only") : problemOf(tag);
  }

  /** The tag that a mark names; a mark that can't be used is added to what was passed over. */
  Optional<String> marked(String mark, List<String> passedOver) {
    try {
      String text = textOf(mark);
      if (CheckpointNames.isTag(text)) {
        return Optional.of(text);
      }
      passedOver.add(
          "'%s': it names '%s', which can't be a checkpoint".formatted(mark, shown(text)));
    } catch (StorageException e) {
      passedOver.add("'%s': %s".formatted(mark, e.getMessage()));
    }
    return Optional.empty();
  }

  private String textOf(String mark) {
    if (!files.exists(mark)) {
      throw new StorageException(isThere(mark) ? "it is a folder, not a file" : "it is missing");
    }
    long bytes = files.sizeBytes(mark);
    if (bytes > MOST_MARK_BYTES) {
      throw new StorageException("it has %s bytes, more than any tag".formatted(bytes));
    }
    String text = files.text(mark).strip();
    if (text.isEmpty()) {
      throw new StorageException("it is empty");
    }
    return text;
  }

  private boolean isThere(String mark) {
    return files.exists(mark) || files.folders().contains(mark);
  }

  /** The text of a mark, which may be damaged, in a line. */
  private static String shown(String text) {
    return text.substring(0, Math.min(text.length(), MOST_SHOWN)).replaceAll("\\p{Cntrl}", "?");
  }

  private boolean isOfWeights(String tag) {
    return readable(tag).filter(sidecar -> !sidecar.isTraining()).isPresent();
  }

  private TrainingIteration iterationOf(String tag) {
    return readable(tag)
        .map(Sidecar::trainingIteration)
        .or(() -> TrainingIteration.findIn(tag))
        .orElse(TrainingIteration.START);
  }

  /** The sidecar, without a warning if it is damaged. */
  private Optional<Sidecar> readable(String tag) {
    try {
      return sidecars.find(tag);
    } catch (StorageException e) {
      return Optional.empty();
    }
  }
}
