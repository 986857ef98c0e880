package io.ostinato.jobs.watch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The content of the watched folder, in any order.
 *
 * @param files the files and the symbolic links to files, with the size and time of the file
 * @param links the final target of each link, by the link's name: the target's name if it is in
 *     this folder, or else its path
 * @param folders the names of the subfolders
 */
record Listing(List<CheckpointFile> files, Map<String, String> links, Set<String> folders) {
  Listing {
    files = List.copyOf(files);
    links = Map.copyOf(links);
    folders = Set.copyOf(folders);
  }

  /** A listing of files without links and folders. */
  static Listing of(List<CheckpointFile> files) {
    return new Listing(files, Map.of(), Set.of());
  }

  /**
   * The checkpoints: files with accepted names, without links to one of them. Of several links to
   * the same other file, all whose names have an iteration are kept, since a store may deduplicate
   * equal checkpoints; if none has, the first by name.
   */
  List<CheckpointFile> checkpoints(Predicate<String> isNamed) {
    List<CheckpointFile> named =
        files.stream()
            .filter(file -> isNamed.test(file.name()))
            .filter(file -> !isLinkToOne(file, isNamed))
            .toList();
    Map<String, CheckpointFile> first = new HashMap<>();
    named.stream()
        .sorted(
            Comparator.comparing((CheckpointFile file) -> file.iteration().isEmpty())
                .thenComparing(CheckpointFile::name))
        .forEach(file -> first.putIfAbsent(targetOf(file), file));
    return named.stream()
        .filter(file -> file.iteration().isPresent() || file.equals(first.get(targetOf(file))))
        .toList();
  }

  /**
   * All names of a file in this folder: its own, that of its subfolder, its target's, and those of
   * links to it.
   */
  Set<String> namesOf(CheckpointFile file) {
    String target = targetOf(file);
    Set<String> names =
        new TreeSet<>(List.of(file.name(), target, CheckpointFile.ownName(file.name())));
    links.forEach(
        (link, leadsTo) -> {
          if (leadsTo.equals(target)) {
            names.add(link);
          }
        });
    return names;
  }

  /** Whether a file is a link to a checkpoint in this folder. */
  private boolean isLinkToOne(CheckpointFile file, Predicate<String> isNamed) {
    String target = links.get(file.name());
    return target != null && target.indexOf('/') < 0 && isNamed.test(target);
  }

  /** The target of a link, or the name of the file itself. */
  private String targetOf(CheckpointFile file) {
    return links.getOrDefault(file.name(), file.name());
  }
}
