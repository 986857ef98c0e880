package io.ostinato.jobs.watch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What is in the watched folder, in any order.
 *
 * @param files each file, and each symbolic link to a file, with the size and time of that file
 * @param links for the name of each link the file it leads to in the end: its name if it is in this
 *     folder, else its path
 * @param folders the names of the folders in it
 */
record Listing(List<CheckpointFile> files, Map<String, String> links, Set<String> folders) {
  Listing {
    files = List.copyOf(files);
    links = Map.copyOf(links);
    folders = Set.copyOf(folders);
  }

  /** Files only. */
  static Listing of(List<CheckpointFile> files) {
    return new Listing(files, Map.of(), Set.of());
  }

  /**
   * The files with such names, each once: a link to one of them is not another. Of several links to
   * one other file, those stay whose names tell an iteration, since a store may keep equal
   * checkpoints once; without any the first by name.
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
   * What a file is called in this folder: its name, those of links to it, and of what it leads to.
   */
  Set<String> namesOf(CheckpointFile file) {
    String target = targetOf(file);
    Set<String> names = new TreeSet<>(List.of(file.name(), target));
    links.forEach(
        (link, leadsTo) -> {
          if (leadsTo.equals(target)) {
            names.add(link);
          }
        });
    return names;
  }

  /** Whether it is a link to a checkpoint of this folder. */
  private boolean isLinkToOne(CheckpointFile file, Predicate<String> isNamed) {
    String target = links.get(file.name());
    return target != null && target.indexOf('/') < 0 && isNamed.test(target);
  }

  /** The file itself, unless it is a link. */
  private String targetOf(CheckpointFile file) {
    return links.getOrDefault(file.name(), file.name());
  }
}
