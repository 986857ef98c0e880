package io.ostinato.translation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.TorchModules;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundModelTest {
  @TempDir Path folder;

  /** A factory that keeps what its translators can read. */
  public static final class NamesFactory implements TranslatorFactory {
    static final List<String> NAMES = new ArrayList<>();

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
      return Set.of(new Pair<>(String.class, String.class));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(
        Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
      NAMES.clear();
      NAMES.addAll(List.of(model.getArtifactNames()));
      return (Translator<I, O>)
          new Translator<String, String>() {
            @Override
            public NDList processInput(TranslatorContext context, String input) {
              return new NDList();
            }

            @Override
            public String processOutput(TranslatorContext context, NDList list) {
              return "";
            }
          };
    }
  }

  @BeforeEach
  void writeFiles() throws Exception {
    byte[] module = TorchModules.content("/torchscript/usual.pt");
    Files.createDirectories(folder.resolve("1_Dense"));
    for (String model : List.of("net.pt", "other.pt", "E1.pth", "last.ckpt")) {
      Files.write(folder.resolve(model), module);
    }
    for (String file : List.of("synset.txt", "net.onnx", "1_Dense/model.safetensors")) {
      Files.writeString(folder.resolve(file), "text");
    }
  }

  private List<String> artifacts(String url) {
    Criteria<String, String> criteria =
        Criteria.builder()
            .setTypes(String.class, String.class)
            .optModelUrls(url)
            .optTranslatorFactory(new NamesFactory())
            .build();
    try (NDManager manager = NativeLibraries.engine().newBaseManager(Device.cpu())) {
      FoundModel.of(criteria).translator(criteria).open(manager).close();
    }
    return List.copyOf(NamesFactory.NAMES);
  }

  @Test
  void theArtifactsOfAFolderAreItsFilesExceptModels() {
    assertThat(artifacts(folder.toUri() + "?model_name=net"))
        .containsExactly("1_Dense/model.safetensors", "synset.txt");
  }

  @Test
  void theArtifactsOfAFileAreThoseBesideIt() {
    assertThat(artifacts(folder.resolve("net.pt").toUri().toString()))
        .containsExactly("synset.txt");
  }

  @Test
  void theStampOfAFileDoesntDependOnSubfolders() throws Exception {
    Criteria<String, String> criteria =
        Criteria.builder()
            .setTypes(String.class, String.class)
            .optModelUrls(folder.resolve("net.pt").toUri().toString())
            .build();
    String before = FoundModel.of(criteria).stamp();

    Files.writeString(folder.resolve("1_Dense").resolve("other.txt"), "new");
    assertThat(FoundModel.of(criteria).stamp()).isEqualTo(before);

    Files.writeString(folder.resolve("synset.txt"), "a\nb\nc\n");
    assertThat(FoundModel.of(criteria).stamp()).isNotEqualTo(before);
  }
}
