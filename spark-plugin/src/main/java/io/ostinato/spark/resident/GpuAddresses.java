package io.ostinato.spark.resident;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Maps addresses of GPUs, as printed by a discovery script, to ordinals of the native engine, which
 * counts the GPUs that its process sees from 0. The first rule that fits all addresses applies:
 *
 * <ol>
 *   <li>they are entries of {@code CUDA_VISIBLE_DEVICES}, indices or UUIDs: the ordinal is the
 *       position in that list;
 *   <li>they are indices of GPUs that the process sees, and that list, if set, contains no indices:
 *       the ordinal is the index;
 *   <li>the executor has as many addresses as its process sees GPUs, for example in a container
 *       that renumbers them: the ordinal is the position among the executor's addresses, sorted if
 *       they are indices;
 *   <li>the process sees one GPU, and the executor's addresses are unknown: the ordinal is 0.
 * </ol>
 *
 * @param executors all addresses of the executor; empty if unknown
 */
record GpuAddresses(Gpus gpus, List<String> executors) {
  GpuAddresses {
    executors = executors.stream().map(String::trim).toList();
  }

  /**
   * Returns the ordinal of an address.
   *
   * @throws IllegalArgumentException if it is not one of a GPU that the process sees
   */
  int ordinalOf(String address) {
    String given = address.trim();
    List<String> all = executors.contains(given) ? executors : List.of(given);
    List<String> entries = gpus.visible();
    int most = gpus.most();
    if (all.stream().allMatch(one -> placeIn(entries, one) >= 0)) {
      return placeIn(entries, given);
    }
    if (entries.stream().noneMatch(GpuAddresses::isIndex)
        && all.stream().allMatch(one -> isIndex(one) && (most < 0 || index(one) < most))) {
      return index(given);
    }
    if (!executors.isEmpty() && all.size() == most) {
      return inOrder(all).indexOf(given);
    }
    if (executors.isEmpty() && most == 1) {
      return 0;
    }
    throw new IllegalArgumentException(refusal(given));
  }

  private static List<String> inOrder(List<String> addresses) {
    List<String> ordered = new ArrayList<>(addresses);
    if (addresses.stream().allMatch(GpuAddresses::isIndex)) {
      ordered.sort(Comparator.comparingInt(GpuAddresses::index));
    }
    return ordered;
  }

  /**
   * Returns the position of an address, or -1; as in CUDA, an entry can be the prefix of a UUID.
   */
  private static int placeIn(List<String> entries, String address) {
    for (int i = 0; i < entries.size(); i++) {
      String entry = entries.get(i);
      boolean same =
          isIndex(entry) || isIndex(address)
              ? isIndex(entry) && isIndex(address) && index(entry) == index(address)
              : address.toLowerCase(Locale.ROOT).startsWith(entry.toLowerCase(Locale.ROOT));
      if (same) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isIndex(String address) {
    return address.matches("\\d{1,9}");
  }

  private static int index(String address) {
    return Integer.parseInt(address);
  }

  private String refusal(String address) {
    String sees =
        gpus.count() == Gpus.UNKNOWN
            ? "an unknown number of GPUs"
            : gpus.count() == 1 ? "1 GPU" : gpus.count() + " GPUs";
    return "Spark assigned the GPU '%s' to this task, but its process can't find it: it sees %s,"
            .formatted(address, sees)
        + " CUDA_VISIBLE_DEVICES is '%s', and the executor's addresses are %s; "
            .formatted(
                String.join(",", gpus.visible()),
                executors.isEmpty() ? "not known without the plugin" : executors)
        + "let the discovery script print what the executor's process sees: indices from 0, or the"
        + " entries of CUDA_VISIBLE_DEVICES (docs/gpu.md)";
  }
}
