package io.ostinato.model;

import io.ostinato.torchscript.ZipContent;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A TorchScript module or ONNX model that is the code for weights in other files: a module is
 * exported once, and the weights of each checkpoint, by their names, replace those in it.
 *
 * <pre>{@code
 * ModuleTemplate net = ModuleTemplate.of(Path.of("net.pt"));
 * WeightSnapshot weights =
 *     net.with(OfferedArray.of(Safetensors.readFrom(in).arrays())).weights();
 * }</pre>
 *
 * Immutable and thread-safe.
 */
public final class ModuleTemplate {
  private final TemplateFile file;

  private ModuleTemplate(TemplateFile file) {
    this.file = file;
  }

  /**
   * The module with weights.
   *
   * @param weights a snapshot for {@link ModuleTemplate#source}
   * @param prefix the prefix that the names of the weights have in addition to the module's
   * @param kept the buffers that the weights don't have, and which are those of the template
   * @param ignored weights that the module doesn't have, outside of the prefix
   */
  public record Filled(
      WeightSnapshot weights, String prefix, List<String> kept, List<OfferedArray> ignored) {}

  /**
   * Reads a template from a file of {@code torch.jit.save} or {@code torch.onnx.export}.
   *
   * @throws IllegalArgumentException if it is neither, is damaged, or was frozen; the message says
   *     what to do
   */
  public static ModuleTemplate of(Path file) {
    try {
      return of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the architecture '%s'".formatted(file), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "can't use '%s' as an architecture: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Like {@link #of(Path)}, with the content of the file. */
  public static ModuleTemplate of(byte[] content) {
    return new ModuleTemplate(
        new ZipContent(content).isZip() ? TorchTemplate.of(content) : OnnxTemplate.of(content));
  }

  /** The model that the snapshots are of. */
  public ModelSource source() {
    return file.source();
  }

  /**
   * Replaces the weights. Names and shapes must match after a prefix is removed from the names,
   * such as {@code model.}; it is the only one under which all parameters of the module are found.
   * Types must be the same, or narrower floating-point types, which are widened exactly.
   *
   * @throws IllegalArgumentException if the weights don't match; lists the differences
   */
  public Filled with(List<OfferedArray> weights) {
    return filled(NameMatch.of(file.arrays(), weights));
  }

  /**
   * Replaces the weights, for files that have several of the module.
   *
   * @param prefix the prefix of the names of those to use, such as {@code ema.}; empty for none
   * @throws IllegalArgumentException if the weights don't match; lists the differences
   */
  public Filled with(List<OfferedArray> weights, String prefix) {
    return filled(NameMatch.of(file.arrays(), weights, prefix));
  }

  private Filled filled(NameMatch match) {
    Map<String, TemplateArray> wanted =
        file.arrays().stream().collect(Collectors.toMap(TemplateArray::name, Function.identity()));
    Map<String, HostArray> values = new LinkedHashMap<>();
    match
        .arrays()
        .forEach(
            (name, array) ->
                values.put(
                    name,
                    Widening.to(
                        Objects.requireNonNull(wanted.get(name)).dataType(),
                        array.content().get())));
    return new Filled(
        file.snapshotOf(file.with(values)), match.prefix(), match.kept(), match.ignored());
  }
}
