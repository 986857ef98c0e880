package io.ostinato.jobs.modelfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsFolderTest {

  @Test
  void shardsBecomeOneSafetensorsFileWhateverTheyAre() {
    assertThat(WeightsFolder.nameOfOne("checkpoint-5/pytorch_model.bin.index.json"))
        .isEqualTo("checkpoint-5/pytorch_model.safetensors");
    assertThat(WeightsFolder.nameOfOne("model.safetensors.index.json"))
        .isEqualTo("model.safetensors");
    assertThat(WeightsFolder.nameOfOne("pytorch_model.bin")).isEqualTo("pytorch_model.bin");
  }

  @Test
  void theUsualIndexIsPreferredToThatOfAVariant() {
    List<String> names =
        List.of(
            "model.fp16.safetensors.index.json",
            "model.fp16-00001-of-00001.safetensors",
            "model.safetensors.index.json",
            "model-00001-of-00001.safetensors");
    assertThat(WeightsFolder.in(names))
        .contains(
            new WeightsFolder(
                "model.safetensors.index.json", List.of("model-00001-of-00001.safetensors")));
  }
}
