package io.ostinato.model;

import io.ostinato.weights.OfferedArray;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Weights matched with the arrays of a template by name and shape, after a prefix is removed from
 * the names of the weights: {@code model.} of Lightning, {@code module.} of data parallelism,
 * {@code state_dict.model.} of nested dicts.
 *
 * @param prefix the prefix that was removed
 * @param arrays the weights by the names of the template
 * @param kept arrays of the template that the weights don't have and that aren't required
 * @param ignored weights outside of the prefix
 */
record NameMatch(
    String prefix,
    Map<String, OfferedArray> arrays,
    List<String> kept,
    List<OfferedArray> ignored) {
  private static final int MOST_CANDIDATES = 8;

  /** A counter of training that batch normalization has, without effect on its outputs. */
  private static final String COUNTER = "num_batches_tracked";

  /**
   * Matches by the only prefix under which all required arrays are found.
   *
   * @throws IllegalArgumentException if there is none, with what doesn't match on both sides, or
   *     there are several
   */
  static NameMatch of(List<TemplateArray> template, List<OfferedArray> offered) {
    Map<String, OfferedArray> byName = WeightNames.withoutWrappers(offered);
    return complete(template, byName)
        .or(() -> complete(template, WeightNames.withoutParallelism(byName, "")))
        .orElseThrow(
            () -> {
              Candidate plain = new Candidate(template, "", byName);
              return plain.mismatch(plain.bestPrefix());
            });
  }

  private static Optional<NameMatch> complete(
      List<TemplateArray> template, Map<String, OfferedArray> byName) {
    for (String outer : WeightNames.commonPrefixes(template)) {
      Candidate candidate = new Candidate(template, outer, byName);
      List<String> complete = candidate.completePrefixes();
      if (complete.size() > 1) {
        throw new IllegalArgumentException(
            "the weights have the architecture's names under several prefixes (%s); choose one with"
                    .formatted(listed(complete))
                + " the option --weights-prefix, in Java the argument prefix");
      } else if (complete.size() == 1) {
        return Optional.of(candidate.matched(complete.get(0)));
      }
    }
    return Optional.empty();
  }

  /**
   * Matches by a given prefix.
   *
   * @throws IllegalArgumentException if not all required arrays are found under it, with what
   *     doesn't match on both sides
   */
  static NameMatch of(List<TemplateArray> template, List<OfferedArray> offered, String prefix) {
    Map<String, OfferedArray> byName = WeightNames.withoutWrappers(offered);
    String whole = prefix.isEmpty() || prefix.endsWith(".") ? prefix : prefix + ".";
    if (byName.keySet().stream().noneMatch(name -> name.startsWith(whole))) {
      throw new IllegalArgumentException(
          "the weights have no names with the prefix %s; they have: %s"
              .formatted(WeightNames.shown(whole), listed(byName.keySet())));
    }
    return complete(template, byName, whole)
        .or(() -> complete(template, WeightNames.withoutParallelism(byName, whole), whole))
        .orElseThrow(() -> new Candidate(template, "", byName).mismatch(whole));
  }

  private static Optional<NameMatch> complete(
      List<TemplateArray> template, Map<String, OfferedArray> byName, String prefix) {
    for (String outer : WeightNames.commonPrefixes(template)) {
      Candidate candidate = new Candidate(template, outer, byName);
      if (candidate.isComplete(prefix)) {
        return Optional.of(candidate.matched(prefix));
      }
    }
    return Optional.empty();
  }

  private static String listed(Collection<String> names) {
    List<String> some =
        names.stream()
            .limit(MOST_CANDIDATES)
            .map(name -> name.isEmpty() ? "none" : WeightNames.shown(name))
            .toList();
    return String.join(", ", some)
        + (names.size() > MOST_CANDIDATES
            ? " and %s more".formatted(names.size() - MOST_CANDIDATES)
            : "");
  }

  /** The template under names without one of its own prefixes, and the weights. */
  private static final class Candidate {
    private final List<TemplateArray> template;
    private final Map<String, TemplateArray> wanted = new LinkedHashMap<>();
    private final Map<String, OfferedArray> offered;

    /** The places of required arrays that are found, by the prefix of the weights. */
    private final Map<String, Set<Object>> found = new TreeMap<>();

    private final Set<Object> required = new HashSet<>();

    Candidate(List<TemplateArray> template, String outer, Map<String, OfferedArray> offered) {
      this.template = template;
      this.offered = offered;
      for (TemplateArray array : template) {
        if (array.name().startsWith(outer)) {
          wanted.put(array.name().substring(outer.length()), array);
        }
        if (array.isRequired()) {
          required.add(array.place());
        }
      }
      int longest = wanted.keySet().stream().mapToInt(String::length).max().orElse(0);
      offered.forEach(
          (name, array) ->
              WeightNames.ends(name, longest)
                  .forEach(
                      end -> {
                        TemplateArray target = wanted.get(end);
                        if (target != null && target.shape().equals(array.shape())) {
                          String prefix = name.substring(0, name.length() - end.length());
                          Set<Object> places =
                              found.computeIfAbsent(prefix, any -> new HashSet<>());
                          if (target.isRequired()) {
                            places.add(target.place());
                          }
                        }
                      }));
    }

    List<String> completePrefixes() {
      return found.keySet().stream().filter(this::isComplete).toList();
    }

    boolean isComplete(String prefix) {
      Set<Object> places = found.get(prefix);
      return places != null && places.size() == required.size();
    }

    /** The prefix with the most matches; the shortest one of several, none if nothing matches. */
    String bestPrefix() {
      String best = "";
      int most = 0;
      for (Map.Entry<String, Set<Object>> each : found.entrySet()) {
        int count = each.getValue().size();
        if (count > most || (count == most && each.getKey().length() < best.length())) {
          best = each.getKey();
          most = count;
        }
      }
      return best;
    }

    NameMatch matched(String prefix) {
      Map<String, OfferedArray> arrays = new LinkedHashMap<>();
      List<OfferedArray> ignored = new ArrayList<>();
      offered.forEach(
          (name, array) -> {
            Optional<TemplateArray> target = target(prefix, name);
            if (target.filter(each -> Widening.isPossible(array, each.dataType())).isPresent()
                && target.get().shape().equals(array.shape())) {
              arrays.put(target.get().name(), array);
            } else if (!name.startsWith(prefix) || name.endsWith(COUNTER)) {
              ignored.add(array);
            } else {
              throw mismatch(prefix);
            }
          });
      Set<Object> places = new HashSet<>();
      wanted.values().stream()
          .filter(each -> arrays.containsKey(each.name()))
          .forEach(each -> places.add(each.place()));
      List<String> kept =
          template.stream()
              .filter(each -> !places.contains(each.place()))
              .map(TemplateArray::name)
              .toList();
      return new NameMatch(prefix, arrays, kept, ignored);
    }

    private Optional<TemplateArray> target(String prefix, String name) {
      return name.startsWith(prefix)
          ? Optional.ofNullable(wanted.get(name.substring(prefix.length())))
          : Optional.empty();
    }

    IllegalArgumentException mismatch(String prefix) {
      Map<String, OfferedArray> inside = new HashMap<>();
      offered.forEach(
          (name, array) -> {
            if (name.startsWith(prefix)) {
              inside.put(name.substring(prefix.length()), array);
            }
          });
      return new IllegalArgumentException(NameMismatch.words(prefix, inside, wanted));
    }
  }
}
