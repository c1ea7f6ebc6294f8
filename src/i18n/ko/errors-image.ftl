problem-no-such-image = 이 컴퓨터에 { $image } 이미지(image)가 없습니다. `docker images`로 있는 이미지를 보거나 `docker pull { $image }`로 받아 오세요.
